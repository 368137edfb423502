import type { Json } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { ToRestore } from '../../../../model/restore.ts';
import type { Effects } from '../../../kind.ts';
import { accountOf, grantId, accountGrant, grantsOf, standing, type AccountGrant, type Grant } from '../../footprint/grants.ts';
import { deletedId, formsOf, liveMember } from '../../footprint/members.ts';
import { lastSegment } from '../../snapshot.ts';
import { classifyGcp } from '../../wire/classify.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import { editPolicy, withGrants, withoutGrants } from './edit-policy.ts';

/** Of every kind whose things are grants: all planned ones of one policy in one write. */
export const grantEffects: Effects<GcpApi> = { read, inPlace, remove, restore };

/** The planned grant as it stands now; undefined when it, or its whole resource, is gone. */
async function read(api: GcpApi, item: PlanItem): Promise<Json | undefined> {
  const planned = item.snapshot as AccountGrant;
  const found = standing(planned, (await api.getPolicy(planned.resource)) ?? {});
  if (found === undefined) return undefined;
  const uniqueId = await uniqueIdOf(api, found);
  return accountGrant(uniqueId === planned.uniqueId ? { ...found, member: planned.member } : found, uniqueId);
}

/** The same role of the same member on the same resource, under whatever condition. */
async function inPlace(api: GcpApi, item: PlanItem): Promise<{ id: string; snapshot: Json }[]> {
  const { resource, role, member, uniqueId } = item.snapshot as AccountGrant;
  const policy = await api.getPolicy(resource);
  const forms = Object.values(formsOf(member, uniqueId));
  const same = grantsOf(resource, policy ?? {}).filter((g) => g.role === role && forms.includes(g.member));
  return await Promise.all(
    same.map(async (g) => ({
      id: `${item.kind}:${grantId({ ...g, member: liveMember(g.member) })}`,
      snapshot: accountGrant(g, await uniqueIdOf(api, g)),
    })),
  );
}

/** Takes all planned grants out of one policy in one write. */
async function remove(api: GcpApi, items: readonly [PlanItem, ...PlanItem[]]): Promise<void> {
  const planned = items.map((item) => item.snapshot as AccountGrant);
  await editPolicy(api, (items[0].snapshot as AccountGrant).resource, (policy) => withoutGrants(policy, planned));
}

/** Gives all planned grants of one policy back in one write. */
async function restore(api: GcpApi, items: readonly [ToRestore, ...ToRestore[]]): Promise<void> {
  const strict = items.filter((item) => item.recreated !== 'used').map((item) => item.snapshot as AccountGrant);
  for (const [name, { uniqueId }] of new Map(strict.map((g) => [accountOf(g), g])))
    if (name !== undefined) await demandAccount(api, name, uniqueId);
  const grants = items.map((item) => item.snapshot as AccountGrant).map((g) => ({ ...g, member: liveMember(g.member) }));
  const { resource } = items[0].snapshot as AccountGrant;
  const there = await patiently(api, () => editPolicy(api, resource, (policy) => withGrants(policy, grants)));
  if (!there) throw new RefusedError('ResourceGone', `${resource} is not there any more`);
}

/** Policies learn of an undeleted account or custom role only after a while: until then grants of it are refused as if it did not exist. */
async function patiently<T>(api: GcpApi, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const judged = classifyGcp(error);
    const refused = judged.kind === 'blocked' && judged.code === 'InvalidArgument' ? judged.message : '';
    const late = /^Service account .* does not exist/.test(refused)
      ? 'account'
      : (await isThere(api, roleIn(refused)))
        ? 'role'
        : undefined;
    if (late === undefined) throw error;
    throw new NotYetError('OperationRunning', `the ${late} is there, but not yet for policies: ${refused}`);
  }
}

/** The custom role that a refusal says does not exist. */
function roleIn(refused: string): string | undefined {
  return /^Role \(?((?:organizations|projects)\/[^/\s]+\/roles\/[^\s)]+)\)? does not exist/.exec(refused)?.[1];
}

async function isThere(api: GcpApi, role: string | undefined): Promise<boolean> {
  return role !== undefined && (await api.getRole(role))?.deleted === false;
}

/** A role is given back to the very account that had it, never to another one under its address. */
async function demandAccount(api: GcpApi, name: string, uniqueId: string): Promise<void> {
  const account = await api.getServiceAccount(name);
  const email = lastSegment(name);
  if (account === undefined) throw new RefusedError('AccountGone', `the service account ${email} is not there; restore it first`);
  if (account.uniqueId !== uniqueId) {
    throw new RefusedError('NameTaken', `${email} is another account by now: its unique id is ${account.uniqueId}, not ${uniqueId}`);
  }
}

/** Unique id of the account a grant is to, or on; empty where there is none. */
async function uniqueIdOf(api: GcpApi, grant: Grant): Promise<string> {
  const deleted = deletedId(grant.member);
  if (deleted !== undefined) return deleted;
  const name = accountOf(grant);
  return (name === undefined ? undefined : await api.getServiceAccount(name))?.uniqueId ?? '';
}
