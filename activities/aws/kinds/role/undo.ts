import { isDeepStrictEqual } from 'node:util';
import { describeDiff, isRemnant } from '../../../../model/diff.ts';
import type { Undo } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { isDenied } from './quarantine.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { readRole } from './state.ts';
import type { RoleState } from '../../snapshot.ts';
import { deadPrincipals, lostTags, ownTags } from '../restoring.ts';

/** A role made anew from its kept definition: IAM keeps no deleted role. */
export const roleUndo: Undo<AwsAccountApi> = {
  losses(item, taker) {
    const role = item.snapshot as RoleState;
    const dead = deadPrincipals(role.AssumeRolePolicyDocument);
    return [
      `a new RoleId instead of ${role.RoleId}: policies of others that name the role show the old id and no longer mean it`,
      'a new creation date, and nothing about when it was last used',
      ...lostTags(role.Tags, taker),
      ...(dead.length > 0
        ? [`its trust in ${dead.join(', ')}, which is gone: IAM takes no policy that names it, so it cannot be made`]
        : []),
    ];
  },

  async restore(api, [item]) {
    const planned = item.snapshot as RoleState;
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
  },

  comparable(snapshot) {
    const { RoleId: _, ...role } = snapshot as RoleState;
    return { ...role, Tags: ownTags(role.Tags) };
  },
};

/** What has the name must be the planned role, in quarantine or not, or what an earlier try of this restore made of it. */
function refuseStranger(now: RoleState, planned: RoleState): void {
  const isQuarantined = now.RoleId === planned.RoleId && isDenied(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument);
  const before = roleUndo.comparable(planned);
  const after = roleUndo.comparable(isQuarantined ? { ...now, AssumeRolePolicyDocument: planned.AssumeRolePolicyDocument } : now);
  if (isRemnant(after, before)) return;
  throw new AwsRefusal(
    'blocked',
    'NameTaken',
    `another role has the name ${now.RoleName} (${describeDiff(before, after)}); it stays as it is`,
  );
}

function refuseDeadPrincipals(role: RoleState): void {
  const dead = deadPrincipals(role.AssumeRolePolicyDocument);
  if (dead.length === 0) return;
  throw new AwsRefusal(
    'blocked',
    'PartMissing',
    `its trust names ${dead.join(', ')}, which is gone for good; make the role by hand with a trust in what took its place`,
  );
}
