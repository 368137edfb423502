import {
  encodeDocument,
  live,
  noSuchEntity,
  policyArn,
  required,
  roleArn,
  tagList,
  visible,
  type IamCall,
  type IamHandler,
} from './call.ts';
import { CREATED, policyId, roleId } from './ids.ts';
import { managedPolicies, managedPolicy, defaultIndex, versionIds, withDefault, type ManagedPolicy } from './managed-policies.ts';
import { page } from './paging.ts';
import { conflict } from './role-changes.ts';
import type { Xml } from './wire.ts';

/** What IAM answers about managed policies, and their deletion. */
export const policyCalls: Record<string, IamHandler> = {
  ListPolicies(call) {
    const scope = call.parameters.get('Scope') ?? 'All';
    const attachedOnly = call.parameters.get('OnlyAttached') === 'true';
    const chosen = managedPolicies(call)
      .filter((p) => scope === 'All' || p.local === (scope === 'Local'))
      .filter((p) => !attachedOnly || attachments(call, p.arn).length > 0);
    const { items, more } = page(call, chosen, (p) => p.arn);
    return { Policies: items.map((p) => policyXml(call, p)), ...more };
  },
  GetPolicy(call) {
    const policy = managedPolicy(call);
    return { Policy: { ...policyXml(call, policy), Description: policy.description, Tags: tagList(policy.tags) } };
  },
  ListPolicyVersions(call) {
    const { items, more } = page(call, managedPolicy(call).versions, (v) => v.id.padStart(6, '0'));
    return { Versions: items.map((v) => ({ VersionId: v.id, IsDefaultVersion: v.isDefault, CreateDate: CREATED })), ...more };
  },
  GetPolicyVersion(call) {
    const id = required(call, 'VersionId');
    const version = managedPolicy(call).versions.find((v) => v.id === id);
    if (!version) throw noSuchEntity(`Policy version ${id}`);
    return { PolicyVersion: versionXml(version) };
  },
  ListPolicyTags(call) {
    const { items, more } = page(call, Object.entries(managedPolicy(call).tags), ([key]) => key);
    return { Tags: tagList(Object.fromEntries(items)), ...more };
  },
  ListEntitiesForPolicy(call) {
    const policy = managedPolicy(call);
    const filter = call.parameters.get('EntityFilter') ?? 'Role';
    const roles = filter === 'Role' ? attachments(call, policy.arn) : [];
    const { items, more } = page(call, roles, (r) => r.name);
    const entities = items.map((r) => ({ RoleName: r.name, RoleId: roleId(call.context.store, roleArn(r)) }));
    return { PolicyGroups: [], PolicyUsers: [], PolicyRoles: entities, ...more };
  },
  DeletePolicyVersion(call) {
    const policy = livePolicy(call);
    const ids = versionIds(call.context.store, policy);
    const index = ids.indexOf(required(call, 'VersionId'));
    if (index < 0) throw noSuchEntity(`Policy version ${required(call, 'VersionId')}`);
    if (index === defaultIndex(policy)) throw conflict('cannot delete the default version of a policy.');
    ids.splice(index, 1);
    call.context.store.put(
      withDefault(
        { ...policy, versions: policy.versions.toSpliced(index, 1) },
        defaultIndex(policy) - (index < defaultIndex(policy) ? 1 : 0),
      ),
    );
    return undefined;
  },
  DeletePolicy(call) {
    const policy = livePolicy(call);
    const users = live(call, 'aws-role').filter((r) => uses(r, policyArn(policy)));
    if (users.length > 0) throw conflict('a policy attached to entities must be detached first.');
    if (policy.versions.length > 1)
      throw conflict('this policy has more than one version. Before you delete a policy, you must delete its other versions.');
    call.context.store.remove(policy, call.context.now());
    return undefined;
  },
};

export function policyXml(call: IamCall, policy: ManagedPolicy): { [name: string]: Xml } {
  return {
    PolicyName: policy.name,
    PolicyId: policyId(call.context.store, policy.arn),
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versions.find((v) => v.isDefault)?.id,
    AttachmentCount: attachments(call, policy.arn).length,
    PermissionsBoundaryUsageCount: visible(call, 'aws-role').filter((r) => r.permissionsBoundary === policy.arn).length,
    IsAttachable: true,
    CreateDate: CREATED,
    UpdateDate: CREATED,
  };
}

export function versionXml(version: ManagedPolicy['versions'][number]): Xml {
  return {
    Document: encodeDocument(version.document),
    VersionId: version.id,
    IsDefaultVersion: version.isDefault,
    CreateDate: CREATED,
  };
}

function attachments(call: IamCall, arn: string) {
  return visible(call, 'aws-role').filter((r) => r.attached.includes(arn));
}

function uses(role: { attached: string[]; permissionsBoundary?: string | undefined }, arn: string): boolean {
  return role.attached.includes(arn) || role.permissionsBoundary === arn;
}

/** The customer policy named by `PolicyArn`, as it really is. */
export function livePolicy(call: IamCall) {
  const arn = required(call, 'PolicyArn');
  const policy = live(call, 'aws-policy').find((p) => policyArn(p) === arn);
  if (!policy) throw noSuchEntity(`Policy ${arn}`);
  return policy;
}
