import type { Losses } from '../../../kind.ts';
import { lostTags, ownTags } from '../../footprint/tags.ts';
import { deadPrincipals } from '../../footprint/trust.ts';
import type { RoleState } from '../../snapshot.ts';

/** A role is made again from its kept definition: IAM keeps no deleted role. */
export const losses: Losses = {
  losses(item, container) {
    const role = item.snapshot as RoleState;
    const dead = deadPrincipals(role.AssumeRolePolicyDocument);
    return [
      `a new RoleId instead of ${role.RoleId}: policies of others that name the role show the old id and no longer mean it`,
      'a new creation date, and nothing about when it was last used',
      ...lostTags(role.Tags, container),
      ...(dead.length > 0
        ? [`its trust in ${dead.join(', ')}, which is gone: IAM takes no policy that names it, so it cannot be made`]
        : []),
    ];
  },

  comparable(snapshot) {
    const { RoleId: _, ...role } = snapshot as RoleState;
    return { ...role, Tags: ownTags(role.Tags) };
  },
};
