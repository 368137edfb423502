import type { AwsAccountApi } from '../../wire/api.ts';
import { unlessGone } from '../../wire/gone.ts';
import { roleState, type RoleState } from '../../snapshot.ts';

/** One role as it stands now, in the shape a snapshot of the account holds; undefined when it is gone. */
export async function readRole(api: AwsAccountApi, name: string): Promise<RoleState | undefined> {
  const role = await api.role(name);
  if (!role) return undefined;
  return unlessGone(parts(api, name).then((p) => roleState(role, role, p)));
}

async function parts(api: AwsAccountApi, name: string) {
  return {
    attached: await api.attachedPolicies(name),
    inline: await api.inlinePolicies(name),
    instanceProfiles: await api.instanceProfiles(name),
  };
}
