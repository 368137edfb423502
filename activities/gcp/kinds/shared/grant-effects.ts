import type { Json } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { ToRestore } from '../../../../model/restore.ts';
import type { Effects } from '../../../kind.ts';
import {
  accountOf,
  grantId,
  accountGrant,
  grantsOf,
  type AccountGrant,
  type Grant,
  deletedId,
  liveMember,
} from '../../footprint/grants.ts';
import { classifyGcp } from '../../wire/classify.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import { editPolicy, withGrants, withoutGrants } from './edit-policy.ts';

/** Of every kind whose things are grants: all planned ones of one policy in one write. */
export const grantEffects: Effects<GcpApi> = { read, inPlace, remove, restore };

/** The planned grant as it stands now; undefined when it, or its whole resource, is gone. */
async function read(api: GcpApi, item: PlanItem): Promise<Json | undefined> {
  const planned = item.snapshot as AccountGrant;
  const policy = await api.getPolicy(planned.resource);
  const grants = grantsOf(planned.resource, policy ?? {});
  const ids = [grantId(planned), grantId({ ...planned, member: liveMember(planned.member) })];
  const found = grants.find((g) => ids.includes(grantId(g)));
  return found && accountGrant(found, await uniqueIdOf(api, found));
}

/** The same role of the same member on the same resource, under whatever condition. */
async function inPlace(api: GcpApi, item: PlanItem): Promise<{ id: string; snapshot: Json }[]> {
  const { resource, role, member } = item.snapshot as AccountGrant;
  const policy = await api.getPolicy(resource);
  const same = grantsOf(resource, policy ?? {}).filter((g) => g.role === role && liveMember(g.member) === liveMember(member));
  return await Promise.all(
    same.map(async (g) => ({ id: `${item.kind}:${grantId(g)}`, snapshot: accountGrant(g, await uniqueIdOf(api, g)) })),
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
  for (const one of new Map(strict.map((g) => [accountOf(g), g])).values()) await demandAccount(api, one);
  const grants = items.map((item) => item.snapshot as AccountGrant).map((g) => ({ ...g, member: liveMember(g.member) }));
  const { resource } = items[0].snapshot as AccountGrant;
  const there = await patiently(() => editPolicy(api, resource, (policy) => withGrants(policy, grants)));
  if (!there) throw new RefusedError('ResourceGone', `${resource} is not there any more`);
}

/** Policies learn of an undeleted account only after a while: until then its grants are refused as if it did not exist. */
async function patiently<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const judged = classifyGcp(error);
    if (judged.kind !== 'blocked' || judged.code !== 'InvalidArgument' || !/^Service account .* does not exist/.test(judged.message))
      throw error;
    throw new NotYetError('OperationRunning', `the account is there, but not yet for policies: ${judged.message}`);
  }
}

/** A role is given back to the very account that had it, never to another one under its address. */
async function demandAccount(api: GcpApi, planned: AccountGrant): Promise<void> {
  const account = await api.getServiceAccount(accountOf(planned));
  const email = accountOf(planned).split('/').at(-1) ?? '';
  if (account === undefined) throw new RefusedError('AccountGone', `the service account ${email} is not there; restore it first`);
  if (account.uniqueId !== planned.uniqueId) {
    throw new RefusedError(
      'NameTaken',
      `${email} is another account by now: its unique id is ${account.uniqueId}, not ${planned.uniqueId}`,
    );
  }
}

/** Unique id of the account a grant is to, or on. */
async function uniqueIdOf(api: GcpApi, grant: Grant): Promise<string> {
  const deleted = deletedId(grant.member);
  if (deleted !== undefined) return deleted;
  return (await api.getServiceAccount(accountOf(grant)))?.uniqueId ?? '';
}
