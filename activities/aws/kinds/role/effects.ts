import { isDeepStrictEqual } from 'node:util';
import { describeDiff, isRemnant } from '../../../../model/diff.ts';
import { RefusedError } from '../../../answer.ts';
import type { Effects } from '../../../kind.ts';
import { deadPrincipals } from '../../footprint/trust.ts';
import { need, type RoleState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { isDenied } from './denied-trust.ts';
import { losses } from './footprint.ts';
import { quarantine } from './quarantine.ts';
import { readRole } from './read.ts';

export const effects: Effects<AwsAccountApi> = {
  read: (api, item) => readRole(api, (item.snapshot as RoleState).RoleName),

  async trace(api, item) {
    const role = await api.role((item.snapshot as RoleState).RoleName);
    return role && { RoleId: need(role.RoleId, 'RoleId') };
  },

  async remove(api, [item], justSeen = false) {
    const role = item.snapshot as RoleState;
    if (!justSeen) {
      const now = await api.role(role.RoleName);
      if (!now) return;
      if (now.RoleId !== role.RoleId)
        throw new RefusedError('Replaced', `another role, ${now.RoleId}, now has the name ${role.RoleName}; make an amended plan`);
    }
    for (const profile of role.InstanceProfiles) await api.removeFromInstanceProfile(profile, role.RoleName);
    for (const arn of role.AttachedPolicies) await api.detachPolicy(role.RoleName, arn);
    for (const name of Object.keys(role.InlinePolicies)) await api.deleteInlinePolicy(role.RoleName, name);
    await api.deleteRole(role.RoleName);
  },

  restore: (api, [item]) => restore(api, item.snapshot as RoleState),
  quarantine,
};

/** Makes a role again from its kept definition, or goes on where an earlier try ended. */
async function restore(api: AwsAccountApi, planned: RoleState): Promise<void> {
  const name = planned.RoleName;
  const now = await readRole(api, name);
  if (!now) {
    refuseDeadPrincipals(planned);
    await api.createRole(planned);
  } else {
    refuseStranger(now, planned);
    if (!isDeepStrictEqual(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      await api.updateTrust(name, planned.AssumeRolePolicyDocument);
  }
  const has: Pick<RoleState, 'AttachedPolicies' | 'InlinePolicies' | 'InstanceProfiles'> = now ?? {
    AttachedPolicies: [],
    InlinePolicies: {},
    InstanceProfiles: [],
  };
  for (const arn of planned.AttachedPolicies) if (!has.AttachedPolicies.includes(arn)) await api.attachPolicy(name, arn);
  for (const [policy, document] of Object.entries(planned.InlinePolicies))
    if (!(policy in has.InlinePolicies)) await api.putInlinePolicy(name, policy, document);
  for (const profile of planned.InstanceProfiles)
    if (!has.InstanceProfiles.includes(profile)) await api.addToInstanceProfile(profile, name);
}

/** What has the name must be the planned role, in quarantine or not, or what an earlier try of this restore made of it. */
function refuseStranger(now: RoleState, planned: RoleState): void {
  const isQuarantined = now.RoleId === planned.RoleId && isDenied(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument);
  const before = losses.comparable(planned);
  const after = losses.comparable(isQuarantined ? { ...now, AssumeRolePolicyDocument: planned.AssumeRolePolicyDocument } : now);
  if (isRemnant(after, before)) return;
  throw new RefusedError('NameTaken', `another role has the name ${now.RoleName} (${describeDiff(before, after)}); it stays as it is`);
}

function refuseDeadPrincipals(role: RoleState): void {
  const dead = deadPrincipals(role.AssumeRolePolicyDocument);
  if (dead.length === 0) return;
  throw new RefusedError(
    'PartMissing',
    `its trust names ${dead.join(', ')}, which is gone for good; make the role by hand with a trust in what took its place`,
  );
}
