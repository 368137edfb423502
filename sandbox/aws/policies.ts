import { alreadyExists, encodeDocument, noSuchEntity, policyArn, roleArn, tagList, type IamCall, type IamHandler } from './call.ts';
import { beginGeneration, CREATED, policyId, roleId } from './ids.ts';
import { managedPolicies, managedPolicy, defaultIndex, versionIds, withDefault, type ManagedPolicy } from './managed-policies.ts';
import { conflict } from './role-changes.ts';
import { AwsError, type Xml } from './wire.ts';

const MOST_VERSIONS = 5;

/** What IAM answers about managed policies, and what makes, changes and deletes them. */
export const policyCalls = {
  ListPolicies(call) {
    const scope = call.parameters.get('Scope') ?? 'All';
    const attachedOnly = call.parameters.get('OnlyAttached') === 'true';
    const chosen = managedPolicies(call)
      .filter((p) => scope === 'All' || p.local === (scope === 'Local'))
      .filter((p) => !attachedOnly || attachments(call, p.arn).length > 0);
    const { items, more } = call.page(chosen, (p) => p.arn);
    return { Policies: items.map((p) => policyXml(call, p)), ...more };
  },
  GetPolicy(call) {
    const policy = managedPolicy(call);
    return { Policy: { ...policyXml(call, policy), Description: policy.description, Tags: tagList(policy.tags) } };
  },
  ListPolicyVersions(call) {
    const { items, more } = call.page(managedPolicy(call).versions, (v) => v.id.padStart(6, '0'));
    return { Versions: items.map((v) => ({ VersionId: v.id, IsDefaultVersion: v.isDefault, CreateDate: CREATED })), ...more };
  },
  GetPolicyVersion(call) {
    const id = call.required('VersionId');
    const version = managedPolicy(call).versions.find((v) => v.id === id);
    if (!version) throw noSuchEntity(`Policy version ${id}`);
    return { PolicyVersion: versionXml(version) };
  },
  ListPolicyTags: (call) => call.tagPage(managedPolicy(call).tags),
  ListEntitiesForPolicy(call) {
    const policy = managedPolicy(call);
    const filter = call.parameters.get('EntityFilter') ?? 'Role';
    const roles = filter === 'Role' ? attachments(call, policy.arn) : [];
    const { items, more } = call.page(roles, (r) => r.name);
    const entities = items.map((r) => ({ RoleName: r.name, RoleId: roleId(call.store, roleArn(r)) }));
    return { PolicyGroups: [], PolicyUsers: [], PolicyRoles: entities, ...more };
  },
  CreatePolicy(call) {
    const name = call.required('PolicyName');
    if (call.live('aws-policy').some((p) => p.name.toLowerCase() === name.toLowerCase())) throw alreadyExists(`A policy called ${name}`);
    const { store } = call;
    const path = call.parameters.get('Path') ?? '/';
    const arn = policyArn({ account: call.account, path, name });
    const before = store.deleted('aws-policy', call.account).find((d) => policyArn(d.object) === arn);
    const description = call.parameters.get('Description');
    const tags = call.tags();
    const policy = {
      kind: 'aws-policy' as const,
      ours: before?.object.ours ?? false,
      account: call.account,
      name,
      path,
      ...(description ? { description } : {}),
      tags,
      versions: [call.document('PolicyDocument')],
    };
    if (before) beginGeneration(store, arn);
    store.slot<Record<string, string[]>>('aws-policy-versions', {})[arn] = ['v1'];
    store.put(policy);
    call.parameters.set('PolicyArn', arn);
    return { Policy: policyXml(call, managedPolicy(call)) };
  },
  CreatePolicyVersion(call) {
    const policy = livePolicy(call);
    if (policy.versions.length >= MOST_VERSIONS)
      throw new AwsError(
        409,
        'LimitExceeded',
        `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
      );
    const isDefault = call.parameters.get('SetAsDefault') === 'true';
    const before = defaultIndex(policy);
    const versions = [...policy.versions, call.document('PolicyDocument')];
    const ids = versionIds(call.store, policy);
    const id = `v${Math.max(...ids.map((v) => Number(v.slice(1)))) + 1}`;
    ids.push(id);
    call.store.put(withDefault({ ...policy, versions }, isDefault ? versions.length - 1 : before));
    return { PolicyVersion: { VersionId: id, IsDefaultVersion: isDefault, CreateDate: CREATED } };
  },
  SetDefaultPolicyVersion(call) {
    const policy = livePolicy(call);
    const index = versionIds(call.store, policy).indexOf(call.required('VersionId'));
    if (index < 0) throw noSuchEntity(`Policy version ${call.required('VersionId')}`);
    call.store.put(withDefault(policy, index));
  },
  DeletePolicyVersion(call) {
    const policy = livePolicy(call);
    const ids = versionIds(call.store, policy);
    const index = ids.indexOf(call.required('VersionId'));
    if (index < 0) throw noSuchEntity(`Policy version ${call.required('VersionId')}`);
    if (index === defaultIndex(policy)) throw conflict('cannot delete the default version of a policy.');
    ids.splice(index, 1);
    call.store.put(
      withDefault(
        { ...policy, versions: policy.versions.toSpliced(index, 1) },
        defaultIndex(policy) - (index < defaultIndex(policy) ? 1 : 0),
      ),
    );
  },
  DeletePolicy(call) {
    const policy = livePolicy(call);
    const users = call.live('aws-role').filter((r) => uses(r, policyArn(policy)));
    if (users.length > 0) throw conflict('a policy attached to entities must be detached first.');
    if (policy.versions.length > 1)
      throw conflict('this policy has more than one version. Before you delete a policy, you must delete its other versions.');
    call.remove(policy);
  },
} satisfies Record<string, IamHandler>;

export function policyXml(call: IamCall, policy: ManagedPolicy): { [name: string]: Xml } {
  return {
    PolicyName: policy.name,
    PolicyId: policyId(call.store, policy.arn),
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versions.find((v) => v.isDefault)?.id,
    AttachmentCount: attachments(call, policy.arn).length,
    PermissionsBoundaryUsageCount: call.visible('aws-role').filter((r) => r.permissionsBoundary === policy.arn).length,
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
  return call.visible('aws-role').filter((r) => r.attached.includes(arn));
}

function uses(role: { attached: string[]; permissionsBoundary?: string | undefined }, arn: string): boolean {
  return role.attached.includes(arn) || role.permissionsBoundary === arn;
}

/** The customer policy named by `PolicyArn`, as it really is. */
function livePolicy(call: IamCall) {
  const arn = call.required('PolicyArn');
  const policy = call.live('aws-policy').find((p) => policyArn(p) === arn);
  if (!policy) throw noSuchEntity(`Policy ${arn}`);
  return policy;
}
