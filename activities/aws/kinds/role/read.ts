import { roleState, type RoleState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';

/** One role as it stands now, in the shape a snapshot of the account holds; undefined when it is gone. */
export async function readRole(api: AwsAccountApi, name: string): Promise<RoleState | undefined> {
  const role = await api.role(name);
  const parts = role && (await api.roleParts(name));
  return parts && roleState(role, role, parts);
}
