import type { Effects } from '../../../kind.ts';
import { usedWords } from '../../footprint/accounts.ts';
import { projectOf, type ServiceAccount } from '../../snapshot.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import { accountDefinition } from './footprint.ts';

/** Disabled, then deleted; undeleted by its unique id, then enabled or disabled as it was. */
export const effects: Effects<GcpApi> = {
  async read(api, item) {
    // By mail address, not by unique id: another account under the same address must show itself as drift.
    const account = await api.getServiceAccount((item.snapshot as ServiceAccount).name);
    return account && accountDefinition(account);
  },
  async remove(api, [item]) {
    const exactly = exactName(item.snapshot as ServiceAccount);
    await api.disableServiceAccount(exactly);
    await api.deleteServiceAccount(exactly);
  },
  async restore(api, [item]) {
    const planned = item.snapshot as ServiceAccount;
    const there = await api.getServiceAccount(planned.name);
    if (item.recreated === 'itself') return await recreate(api, planned, there);
    if (there && there.uniqueId !== planned.uniqueId) {
      throw new RefusedError('NameTaken', `${planned.email} is another account by now, with the unique id ${there.uniqueId}`);
    }
    if (!there) await undelete(api, planned);
    const now = there ?? (await api.getServiceAccount(exactName(planned)));
    if (now === undefined) throw new NotYetError('OperationRunning', `${planned.email} was undeleted but is not visible yet`);
    if (now.disabled !== planned.disabled) await setDisabled(api, planned, planned.disabled);
  },
  // A disabled account gets no tokens; what it holds stays.
  quarantine: {
    put: (api, item) => setDisabled(api, item.snapshot as ServiceAccount, true),
    lift(api, item) {
      const planned = item.snapshot as ServiceAccount;
      return setDisabled(api, planned, planned.disabled);
    },
    async usedSince(api, item, since) {
      const { name, email } = item.snapshot as ServiceAccount;
      // Not being allowed to ask is no proof that nobody used it: it throws, and the watch says so.
      const at = (await api.lastAuthentications(projectOf(name))).get(email);
      return at !== undefined && at > since ? usedWords(email, at) : undefined;
    },
  },
};

/** Its name by unique id: whatever was made under the same address since the approval is not touched. */
function exactName({ name, uniqueId }: ServiceAccount): string {
  return `${name.slice(0, name.lastIndexOf('/'))}/${uniqueId}`;
}

/** Once it is purged another account is made under its address, to which the plan gives what this one held. */
async function recreate(api: GcpApi, planned: ServiceAccount, there: ServiceAccount | undefined): Promise<void> {
  if (!there) await api.createServiceAccount(planned);
  const now = there ?? (await api.getServiceAccount(planned.name));
  if (now === undefined) throw new NotYetError('OperationRunning', `${planned.email} was made but is not visible yet`);
  if (now.disabled !== planned.disabled) await setDisabled(api, now, planned.disabled);
}

async function undelete(api: GcpApi, planned: ServiceAccount): Promise<void> {
  if (await api.undeleteServiceAccount(exactName(planned))) return;
  const why =
    'Google keeps a deleted service account for 30 days, and one made again is another account: plan another restore, which says what is lost with it';
  throw new RefusedError('NotRestorable', `no deleted account has the unique id ${planned.uniqueId}: ${why}`);
}

async function setDisabled(api: GcpApi, planned: ServiceAccount, disabled: boolean): Promise<void> {
  if (disabled) await api.disableServiceAccount(exactName(planned));
  else await api.enableServiceAccount(exactName(planned));
}
