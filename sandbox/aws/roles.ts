import { encodeDocument, noSuchEntity, roleArn, tagList, type IamCall, type IamHandler, type Role } from './call.ts';
import { CREATED, instanceProfileId, roleId } from './ids.ts';
import { shownTrust } from './trust.ts';
import type { Xml } from './wire.ts';

/** What IAM answers about roles; the shapes are those of the IAM API reference. */
export const roleReads: Record<string, IamHandler> = {
  ListRoles(call) {
    const prefix = call.parameters.get('PathPrefix') ?? '/';
    const roles = call.visible('aws-role', 'list').filter((r) => r.path.startsWith(prefix));
    const { items, more } = call.page(roles, (r) => r.name);
    return { Roles: items.map((r) => roleXml(call, r)), ...more };
  },
  GetRole(call) {
    const role = visibleRole(call);
    const more = { PermissionsBoundary: boundary(role), Tags: tagList(role.tags), RoleLastUsed: lastUsed(role) };
    return { Role: { ...roleXml(call, role), ...more } };
  },
  ListRolePolicies(call) {
    const { items, more } = call.page(Object.keys(visibleRole(call).inline), (name) => name);
    return { PolicyNames: items, ...more };
  },
  GetRolePolicy(call) {
    const role = visibleRole(call);
    const name = call.required('PolicyName');
    const document = role.inline[name];
    if (!document) throw noSuchEntity(`The role policy with name ${name}`);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeDocument(document) };
  },
  ListAttachedRolePolicies(call) {
    const { items, more } = call.page(visibleRole(call).attached, (arn) => arn);
    return { AttachedPolicies: items.map(attachedXml), ...more };
  },
  ListRoleTags: (call) => call.tagPage(visibleRole(call).tags),
  ListInstanceProfilesForRole(call) {
    const role = visibleRole(call);
    const { items, more } = call.page(role.instanceProfiles, (name) => name);
    return { InstanceProfiles: items.map((name) => instanceProfileXml(call, role, name)), ...more };
  },
};

/** The role named by `RoleName`, as reads see it. */
function visibleRole(call: IamCall): Role {
  return roleOf(call, call.visible('aws-role'));
}

/** The one of these that `RoleName` names. Throws AwsError NoSuchEntity. */
export function roleOf(call: IamCall, roles: Role[]): Role {
  const name = call.required('RoleName');
  const role = roles.find((r) => r.name === name);
  if (!role) throw noSuchEntity(`The role with name ${name}`);
  return role;
}

/** The fields of a role that every listing carries. */
export function roleXml(call: IamCall, role: Role): { [name: string]: Xml } {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: roleId(call.store, roleArn(role)),
    Arn: roleArn(role),
    CreateDate: CREATED,
    AssumeRolePolicyDocument: encodeDocument(shownTrust(call.store, role)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
  };
}

export function instanceProfileXml(call: IamCall, role: Role, name: string): Xml {
  const arn = `arn:aws:iam::${role.account}:instance-profile/${name}`;
  return {
    Path: '/',
    InstanceProfileName: name,
    InstanceProfileId: instanceProfileId(arn),
    Arn: arn,
    CreateDate: CREATED,
    Roles: [roleXml(call, role)],
  };
}

export function attachedXml(arn: string): Xml {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}

export function boundary(role: Role): Xml {
  if (!role.permissionsBoundary) return undefined;
  return { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.permissionsBoundary };
}

export function lastUsed(role: Role): Xml {
  return role.lastUsed ? { LastUsedDate: new Date(role.lastUsed), Region: 'us-east-1' } : {};
}
