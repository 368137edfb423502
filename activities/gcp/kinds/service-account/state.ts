import type { Json } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { THIRTY_DAYS, type Quarantine, type Undo } from '../../../kind.ts';
import { projectOf } from '../../wire/wire.ts';
import { OperationError, RefusedError } from '../../wire/classify.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { orGone } from '../../wire/gone.ts';
import type { ServiceAccount } from '../../snapshot.ts';
import { usedWords } from '../../footprint/use.ts';

/** What is kept of a service account: everything but its etag. */
export function accountDefinition(account: ServiceAccount): { [key: string]: Json } {
  const { name, uniqueId, email, displayName, description, disabled } = account;
  return { name, uniqueId, email, displayName, description, disabled };
}

export function plannedAccount(item: PlanItem): ServiceAccount {
  return item.snapshot as unknown as ServiceAccount;
}

/** Its name by unique id: whatever was made under the same address since the approval is not touched. */
export function exactName({ name, uniqueId }: Pick<ServiceAccount, 'name' | 'uniqueId'>): string {
  return `${name.slice(0, name.lastIndexOf('/'))}/${uniqueId}`;
}

/**
 * Undeleted by its unique id, then enabled or disabled as it was: the removal itself had disabled it. Once it is purged another account is
 * made under its address, to which the plan gives what this one held.
 */
export const undoServiceAccount: Undo<GcpApi> = {
  losses: () => [],
  keptFor: THIRTY_DAYS,
  anew(item) {
    const { email, uniqueId } = plannedAccount(item);
    return [
      `a new unique id instead of ${uniqueId}: whatever grant this restore does not give back goes on naming deleted:serviceAccount:${email}?uid=${uniqueId} and does not mean the new one; its owner can give it again`,
      'its own policy: what others held on it, but for what this restore gives back',
      'its keys, its creation date and when it was last used',
    ];
  },
  async restore(api, [item]) {
    const planned = plannedAccount(item);
    const there = await orGone(() => api.getServiceAccount(planned.name));
    if (item.anew === 'itself') return await makeAnew(api, planned, there);
    if (there && there.uniqueId !== planned.uniqueId) {
      throw new RefusedError('NameTaken', `${planned.email} is another account by now, with the unique id ${there.uniqueId}`);
    }
    if (!there) await undelete(api, planned);
    const now = there ?? (await orGone(() => api.getServiceAccount(exactName(planned))));
    if (now === undefined) throw new OperationError(`${planned.email} was undeleted but is not visible yet`);
    if (now.disabled !== planned.disabled) await setDisabled(api, planned, planned.disabled);
  },
  comparable(snapshot, anew) {
    const { uniqueId, ...account } = snapshot as { [key: string]: Json };
    return anew === 'itself' ? account : { ...account, uniqueId: uniqueId ?? null };
  },
};

async function makeAnew(api: GcpApi, planned: ServiceAccount, there: ServiceAccount | undefined): Promise<void> {
  if (!there) await api.createServiceAccount(planned);
  const now = there ?? (await orGone(() => api.getServiceAccount(planned.name)));
  if (now === undefined) throw new OperationError(`${planned.email} was made but is not visible yet`);
  if (now.disabled !== planned.disabled) await setDisabled(api, now, planned.disabled);
}

async function undelete(api: GcpApi, planned: ServiceAccount): Promise<void> {
  const done = await orGone(async () => {
    await api.undeleteServiceAccount(exactName(planned));
    return true;
  });
  if (done) return;
  const why =
    'Google keeps a deleted service account for 30 days, and one made anew is another account: plan another restore, which says what is lost with it';
  throw new RefusedError('NotRestorable', `no deleted account has the unique id ${planned.uniqueId}: ${why}`);
}

/** A disabled account gets no tokens; what it holds stays. */
export const quarantineServiceAccount: Quarantine<GcpApi> = {
  put: (api, item) => setDisabled(api, plannedAccount(item), true),
  lift: (api, item) => setDisabled(api, plannedAccount(item), plannedAccount(item).disabled),
  quarantined: (snapshot) => ({ ...(snapshot as { [key: string]: Json }), disabled: true }),
  async usedSince(api, item, since) {
    const { name, email } = plannedAccount(item);
    // Not being allowed to ask is no proof that nobody used it: it throws, and the watch says so.
    const at = (await api.lastAuthentications(projectOf(name))).get(email);
    return at !== undefined && at > since ? usedWords(email, at) : undefined;
  },
};

async function setDisabled(api: GcpApi, planned: ServiceAccount, disabled: boolean): Promise<void> {
  if (disabled) await api.disableServiceAccount(exactName(planned));
  else await api.enableServiceAccount(exactName(planned));
}
