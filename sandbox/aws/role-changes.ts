import { live, noSuchEntity, required, type IamCall, type IamHandler, type Role } from './call.ts';
import { AwsError } from './wire.ts';

/** The calls that take a role apart. DeleteRole refuses with DeleteConflict until nothing hangs on it, as IAM documents. */
export const roleChanges: Record<string, IamHandler> = {
  RemoveRoleFromInstanceProfile(call) {
    const role = liveRole(call);
    const name = required(call, 'InstanceProfileName');
    if (!role.instanceProfiles.includes(name)) throw noSuchEntity(`Instance Profile ${name} with role ${role.name}`);
    emptyProfiles(call).push(`${call.account}/${name}`);
    call.context.store.put({ ...role, instanceProfiles: role.instanceProfiles.filter((p) => p !== name) });
    return undefined;
  },
  DetachRolePolicy(call) {
    const role = liveRole(call);
    const arn = required(call, 'PolicyArn');
    if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found, or is not attached to ${role.name}: it`);
    call.context.store.put({ ...role, attached: role.attached.filter((a) => a !== arn) });
    return undefined;
  },
  DeleteRolePolicy(call) {
    const role = liveRole(call);
    const name = required(call, 'PolicyName');
    const { [name]: gone, ...inline } = role.inline;
    if (!gone) throw noSuchEntity(`The role policy with name ${name}`);
    call.context.store.put({ ...role, inline });
    return undefined;
  },
  DeleteRole(call) {
    const role = liveRole(call);
    if (role.path.startsWith('/aws-service-role/'))
      throw new AwsError(400, 'UnmodifiableEntity', `Cannot perform the operation on the protected role '${role.name}'`);
    if (role.instanceProfiles.length > 0) throw conflict('must remove roles from instance profile first.');
    if (role.attached.length > 0) throw conflict('must detach all policies first.');
    if (Object.keys(role.inline).length > 0) throw conflict('must delete policies first.');
    call.context.store.remove(role, call.context.now());
    return undefined;
  },
};

/** Instance profiles that a role left, as `<account>/<name>`: they stay, though no object of the estate speaks of them any more. */
export function emptyProfiles(call: IamCall): string[] {
  return call.context.store.slot<string[]>('aws-empty-profiles', []);
}

/** 409 as IAM words it. */
export function conflict(mend: string): AwsError {
  return new AwsError(409, 'DeleteConflict', `Cannot delete entity, ${mend}`);
}

/** The role named by `RoleName`, as it really is. */
export function liveRole(call: IamCall): Role {
  const name = required(call, 'RoleName');
  const role = live(call, 'aws-role').find((r) => r.name === name);
  if (!role) throw noSuchEntity(`The role with name ${name}`);
  return role;
}
