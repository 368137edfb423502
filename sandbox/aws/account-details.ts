import { encodeDocument, tagList, type IamCall, type IamHandler, type Role } from './call.ts';
import { managedPolicies, type ManagedPolicy } from './managed-policies.ts';
import { policyXml, versionXml } from './policies.ts';
import { attachedXml, boundary, instanceProfileXml, lastUsed, roleXml } from './roles.ts';
import type { Xml } from './wire.ts';

type Detail = { key: string } & ({ role: Role } | { policy: ManagedPolicy });

/**
 * GetAccountAuthorizationDetails: one paged listing over roles and managed policies. Like AWS's, its role details carry neither
 * description nor session duration (GetRole does), and it knows no OIDC providers.
 */
export const accountDetails: Record<string, IamHandler> = {
  GetAccountAuthorizationDetails(call) {
    const { items, more } = call.page(chosen(call), (d) => d.key);
    return {
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: items.flatMap((d) => ('role' in d ? [roleDetail(call, d.role)] : [])),
      Policies: items.flatMap((d) => ('policy' in d ? [policyDetail(call, d.policy)] : [])),
      ...more,
    };
  },
};

function chosen(call: IamCall): Detail[] {
  const filters = [...call.parameters].filter(([name]) => name.startsWith('Filter.member.')).map(([, value]) => value);
  const wanted = (type: string) => filters.length === 0 || filters.includes(type);
  const roles = wanted('Role') ? call.visible('aws-role', 'list') : [];
  const policies = managedPolicies(call).filter((p) => wanted(p.local ? 'LocalManagedPolicy' : 'AWSManagedPolicy'));
  return [
    ...roles.map((role): Detail => ({ key: `role ${role.name}`, role })),
    ...policies.map((policy): Detail => ({ key: `policy ${policy.arn}`, policy })),
  ];
}

function roleDetail(call: IamCall, role: Role): Xml {
  const { Description: _, MaxSessionDuration: __, ...shared } = roleXml(call, role);
  return {
    ...shared,
    InstanceProfileList: role.instanceProfiles.map((name) => instanceProfileXml(call, role, name)),
    RolePolicyList: Object.entries(role.inline).map(([PolicyName, document]) => ({ PolicyName, PolicyDocument: encodeDocument(document) })),
    AttachedManagedPolicies: role.attached.map(attachedXml),
    PermissionsBoundary: boundary(role),
    Tags: tagList(role.tags),
    RoleLastUsed: lastUsed(role),
  };
}

function policyDetail(call: IamCall, policy: ManagedPolicy): Xml {
  return { ...policyXml(call, policy), Description: policy.description, PolicyVersionList: policy.versions.map(versionXml) };
}
