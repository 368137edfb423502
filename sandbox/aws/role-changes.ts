import { alreadyExists, noSuchEntity, policyArn, roleArn, type IamCall, type IamHandler, type Role } from './call.ts';
import { beginGeneration } from './ids.ts';
import { roleOf, roleXml } from './roles.ts';
import { writeTrust } from './trust.ts';
import { AwsError } from './wire.ts';

/**
 * The calls that make a role, hang things on it and take it apart. A role made again is as much ours, or not, as the one it follows. DeleteRole
 * refuses with DeleteConflict until nothing hangs on it, as IAM documents.
 */
export const roleChanges = {
  CreateRole(call) {
    const name = call.required('RoleName');
    // IAM tells names apart without regard to case or path.
    if (call.live('aws-role').some((r) => r.name.toLowerCase() === name.toLowerCase())) throw alreadyExists(`Role with name ${name}`);
    const { store } = call;
    const path = call.parameters.get('Path') ?? '/';
    const arn = roleArn({ account: call.account, path, name });
    const before = store.deleted('aws-role', call.account).find((d) => roleArn(d.object) === arn);
    const trust = call.document('AssumeRolePolicyDocument');
    const description = call.parameters.get('Description');
    const permissionsBoundary = call.parameters.get('PermissionsBoundary');
    const tags = call.tags();
    writeTrust(call, arn, trust);
    if (before) beginGeneration(store, arn);
    const role = {
      kind: 'aws-role' as const,
      ours: before?.object.ours ?? false,
      account: call.account,
      name,
      path,
      ...(description ? { description } : {}),
      trust,
      maxSessionDuration: Number(call.parameters.get('MaxSessionDuration') ?? 3600),
      ...(permissionsBoundary ? { permissionsBoundary } : {}),
      tags,
      attached: [],
      inline: {},
      instanceProfiles: [],
    };
    store.put(role);
    return { Role: roleXml(call, role) };
  },
  UpdateAssumeRolePolicy(call) {
    const role = liveRole(call);
    const trust = call.document('PolicyDocument');
    writeTrust(call, roleArn(role), trust);
    call.store.put({ ...role, trust });
  },
  AttachRolePolicy(call) {
    const role = liveRole(call);
    const arn = call.required('PolicyArn');
    const exists = arn.startsWith('arn:aws:iam::aws:policy/') || call.live('aws-policy').some((p) => policyArn(p) === arn);
    if (!exists) throw noSuchEntity(`Policy ${arn}`);
    if (!role.attached.includes(arn)) call.store.put({ ...role, attached: [...role.attached, arn] });
  },
  PutRolePolicy(call) {
    const role = liveRole(call);
    const inline = { ...role.inline, [call.required('PolicyName')]: call.document('PolicyDocument') };
    call.store.put({ ...role, inline });
  },
  AddRoleToInstanceProfile(call) {
    const role = liveRole(call);
    const name = call.required('InstanceProfileName');
    if (call.live('aws-role').some((r) => r.instanceProfiles.includes(name)))
      throw new AwsError(409, 'LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
    if (!emptyProfiles(call).includes(`${call.account}/${name}`)) throw noSuchEntity(`Instance Profile ${name}`);
    call.store.put({ ...role, instanceProfiles: [...role.instanceProfiles, name] });
  },
  RemoveRoleFromInstanceProfile(call) {
    const role = liveRole(call);
    const name = call.required('InstanceProfileName');
    if (!role.instanceProfiles.includes(name)) throw noSuchEntity(`Instance Profile ${name} with role ${role.name}`);
    emptyProfiles(call).push(`${call.account}/${name}`);
    call.store.put({ ...role, instanceProfiles: role.instanceProfiles.filter((p) => p !== name) });
  },
  DetachRolePolicy(call) {
    const role = liveRole(call);
    const arn = call.required('PolicyArn');
    if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found, or is not attached to ${role.name}: it`);
    call.store.put({ ...role, attached: role.attached.filter((a) => a !== arn) });
  },
  DeleteRolePolicy(call) {
    const role = liveRole(call);
    const name = call.required('PolicyName');
    const { [name]: gone, ...inline } = role.inline;
    if (!gone) throw noSuchEntity(`The role policy with name ${name}`);
    call.store.put({ ...role, inline });
  },
  DeleteRole(call) {
    const role = liveRole(call);
    if (role.path.startsWith('/aws-service-role/'))
      throw new AwsError(400, 'UnmodifiableEntity', `Cannot perform the operation on the protected role '${role.name}'`);
    if (role.instanceProfiles.length > 0) throw conflict('must remove roles from instance profile first.');
    if (role.attached.length > 0) throw conflict('must detach all policies first.');
    if (Object.keys(role.inline).length > 0) throw conflict('must delete policies first.');
    call.remove(role);
  },
} satisfies Record<string, IamHandler>;

/** Instance profiles that a role left, as `<account>/<name>`: they stay, though no object of the estate speaks of them any more. */
function emptyProfiles(call: IamCall): string[] {
  return call.store.slot<string[]>('aws-empty-profiles', []);
}

/** 409 as IAM words it. */
export function conflict(mend: string): AwsError {
  return new AwsError(409, 'DeleteConflict', `Cannot delete entity, ${mend}`);
}

/** The role named by `RoleName`, as it really is. */
function liveRole(call: IamCall): Role {
  return roleOf(call, call.live('aws-role'));
}
