import type { Json } from '../../../../model/finding.ts';
import { canonical } from '../../../../model/canonical.ts';
import { CannotAsk } from '../../../microsoft/failure.ts';
import type { Undo } from '../../../kind.ts';
import { classifyAzure } from '../../wire/classify.ts';
import type { Assignment, AzureApi } from '../../wire/clients.ts';

/** An assignment is made anew under the same name: same scope, principal, role, condition and description. Source: ARM, roleAssignments PUT. */
export const restoreAssignment: Undo<AzureApi> = {
  losses: () => ['when it was made and by whom: it will be of today and the worker’s'],

  async restore(api, items) {
    for (const item of items) await restoreOne(api, item.snapshot as unknown as Assignment);
  },

  comparable,
};

async function restoreOne(api: AzureApi, kept: Assignment): Promise<void> {
  const there = await find(api, kept.id);
  if (there === undefined) return api.putAssignment(kept);
  if (same(there, kept)) return;
  throw new CannotAsk(
    'NameTaken',
    `${kept.id} gives another right by now (${there.roleDefinitionId} to ${there.principalId}); look at it, then restore again`,
  );
}

async function find(api: AzureApi, id: string): Promise<Assignment | undefined> {
  try {
    return await api.getAssignment(id);
  } catch (error) {
    if (classifyAzure(error).kind === 'gone') return undefined;
    throw error;
  }
}

const same = (a: Assignment, b: Assignment) => canonical(comparable({ ...a })) === canonical(comparable({ ...b }));

/** ARM ids are case-insensitive, and a role's definition may be named by the scope of whoever asks: its GUID is the role. */
function comparable(snapshot: Json): Json {
  const { id, scope, roleDefinitionId, principalId, ...rest } = snapshot as unknown as Assignment;
  const role = roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1);
  const lower = { id, scope, role, principalId };
  return { ...rest, ...Object.fromEntries(Object.entries(lower).map(([name, value]) => [name, value.toLowerCase()])) };
}
