import type { Json } from '../../../model/finding.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { Undo } from '../../kind.ts';
import { classify, OperationError, RefusedError } from '../wire/classify.ts';
import type { GcpApi } from '../wire/clients.ts';
import { orGone } from '../wire/gone.ts';
import { editPolicy, grantId, grantsOf, withGrants, withoutGrants, type Grant } from './policy.ts';

/**
 * What a binding item plans to take away, and the shape of its snapshot: a grant to our service account, or on it. The account's unique
 * id tells it from a newcomer under the same mail address, whose grants are none of ours.
 */
export interface AccountGrant extends Grant {
  uniqueId: string;
}

const DELETED_MEMBER = /^deleted:(serviceAccount:[^?]+)\?uid=(\d+)$/;

/** A grant as JSON, with exactly the fields that IAM gave. */
export function grantJson(grant: Grant, uniqueId: string): Json {
  const { resource, role, member, condition } = grant;
  return { resource, role, member, condition: condition && { ...condition }, uniqueId };
}

/** The grant that an approved item plans to take away. */
export function plannedGrant(item: PlanItem): AccountGrant {
  return item.snapshot as unknown as AccountGrant;
}

/** A member as IAM writes it while its account lives: undeleting the account gives the member this form again. */
export function liveMember(member: string): string {
  return member.replace(DELETED_MEMBER, '$1');
}

/** The planned grant as it stands now; undefined when it, or its whole resource, is gone. */
export async function readGrant(api: GcpApi, item: PlanItem): Promise<Json | undefined> {
  const planned = plannedGrant(item);
  const policy = await orGone(() => api.getPolicy(planned.resource));
  const grants = grantsOf(planned.resource, policy ?? {});
  const ids = [grantId(planned), grantId({ ...planned, member: liveMember(planned.member) })];
  const found = grants.find((g) => ids.includes(grantId(g)));
  return found && grantJson(found, await uniqueIdOf(api, found));
}

/** The same role of the same member on the same resource, under whatever condition. */
export async function grantsInPlace(api: GcpApi, item: PlanItem): Promise<{ id: string; snapshot: Json }[]> {
  const { resource, role, member } = plannedGrant(item);
  const policy = await orGone(() => api.getPolicy(resource));
  const same = grantsOf(resource, policy ?? {}).filter((g) => g.role === role && liveMember(g.member) === liveMember(member));
  return await Promise.all(same.map(async (g) => ({ id: `${item.kind}:${grantId(g)}`, snapshot: grantJson(g, await uniqueIdOf(api, g)) })));
}

/** Takes all planned grants out of one policy in one write. */
export async function removeGrants(api: GcpApi, items: readonly [PlanItem, ...PlanItem[]]): Promise<void> {
  const planned = items.map((item) => plannedGrant(item));
  await editPolicy(api, plannedGrant(items[0]).resource, (policy) => withoutGrants(policy, planned));
}

export const undoGrant: Undo<GcpApi> = {
  losses(item) {
    if (!DELETED_MEMBER.test(plannedGrant(item).member)) return [];
    return ['its account had been deleted before: it comes back only where that account is there again'];
  },
  async restore(api, items) {
    const planned = items.map((item) => plannedGrant(item));
    const strict = items.filter((item) => item.anew !== 'used').map((item) => plannedGrant(item));
    for (const one of new Map(strict.map((g) => [accountOf(g), g])).values()) await demandAccount(api, one);
    const grants = planned.map((g) => ({ ...g, member: liveMember(g.member) }));
    const { resource } = plannedGrant(items[0]);
    const there = await patiently(() => editPolicy(api, resource, (policy) => withGrants(policy, grants)));
    if (!there) throw new RefusedError('ResourceGone', `${resource} is not there any more`);
  },
  comparable(snapshot, anew) {
    const grant = snapshot as unknown as AccountGrant;
    return grantJson({ ...grant, member: liveMember(grant.member) }, anew === 'used' ? '' : grant.uniqueId);
  },
};

/** Policies learn of an undeleted account only after a while: until then its grants are refused as if it did not exist. */
async function patiently<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const judged = classify(error);
    if (judged.kind !== 'blocked' || judged.code !== 'InvalidArgument' || !/^Service account .* does not exist/.test(judged.message))
      throw error;
    throw new OperationError(`the account is there, but not yet for policies: ${judged.message}`);
  }
}

/** A role is given back to the very account that had it, never to another one under its address. */
async function demandAccount(api: GcpApi, planned: AccountGrant): Promise<void> {
  const account = await orGone(() => api.getServiceAccount(accountOf(planned)));
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
  const deleted = DELETED_MEMBER.exec(grant.member)?.[2];
  if (deleted !== undefined) return deleted;
  return (await orGone(() => api.getServiceAccount(accountOf(grant))))?.uniqueId ?? '';
}

/**
 * Resource name of that account. Its project stands in its address; Google's wildcard `-` would do, but answers 403 for an account that is
 * not there. A project of a domain, `example.com:web`, stands there as `web.example.com`.
 */
export function accountOf({ resource, member }: Grant): string {
  if (resource.includes('/serviceAccounts/')) return resource;
  const email = liveMember(member).replace(/^serviceAccount:/, '');
  const [, id = '-', domain] = /@([^.]+)(?:\.(.+))?\.iam\.gserviceaccount\.com$/.exec(email) ?? [];
  return `projects/${domain === undefined ? id : `${domain}:${id}`}/serviceAccounts/${email}`;
}
