import type { Effects } from '../../../kind.ts';
import type { RoleState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { RefusedError } from '../../../answer.ts';
import { quarantine } from './quarantine.ts';
import { readRole } from './read.ts';
import { restore } from './restore.ts';

export const effects: Effects<AwsAccountApi> = {
  read: (api, item) => readRole(api, (item.snapshot as RoleState).RoleName),

  async remove(api, [item]) {
    const role = item.snapshot as RoleState;
    const now = await api.role(role.RoleName);
    if (!now) return;
    if (now.RoleId !== role.RoleId)
      throw new RefusedError('Replaced', `another role, ${now.RoleId}, now has the name ${role.RoleName}; make an amended plan`);
    for (const profile of role.InstanceProfiles) await api.removeFromInstanceProfile(profile, role.RoleName);
    for (const arn of role.AttachedPolicies) await api.detachPolicy(role.RoleName, arn);
    for (const name of Object.keys(role.InlinePolicies)) await api.deleteInlinePolicy(role.RoleName, name);
    await api.deleteRole(role.RoleName);
  },

  restore,
  quarantine,
};
