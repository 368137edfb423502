import type { Finding, Sighting } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Kind } from '../../../kind.ts';
import { judgeAccounts, type AccountVerdict } from '../../footprint/accounts.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { orGone } from '../../wire/gone.ts';
import { accountDefinition, exactName, plannedAccount, quarantineServiceAccount, undoServiceAccount } from './state.ts';
import type { GcpSnapshot } from '../../snapshot.ts';

/** The service account that the pool acts as. Disabled, then deleted; undeletable for 30 days by its unique id, so that is recorded. */
export const gcpServiceAccount: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-service-account',
  match(snapshot, anchors) {
    const judged = snapshot.oidc ? judgeAccounts(snapshot.oidc, anchors) : [];
    return {
      findings: judged.flatMap((j) => finding(snapshot, j)),
      sightings: judged.flatMap((j) => sighting(snapshot, j)),
      seen: judged.length,
    };
  },
  async read(api, item) {
    // By mail address, not by unique id: another account under the same address must show itself as drift.
    const account = await orGone(() => api.getServiceAccount(plannedAccount(item).name));
    return account && accountDefinition(account);
  },
  async remove(api, [item]) {
    const exactly = exactName(plannedAccount(item));
    const disabled = await orGone(async () => {
      await api.disableServiceAccount(exactly);
      return true;
    });
    if (disabled) await orGone(() => api.deleteServiceAccount(exactly));
  },
  identity: (snapshot) => (snapshot as { uniqueId: string }).uniqueId,
  undo: undoServiceAccount,
  quarantine: quarantineServiceAccount,
};

function finding(snapshot: GcpSnapshot, { account, verdict, trust, used }: AccountVerdict): Finding[] {
  if (verdict.whose !== 'ours') return [];
  return [
    {
      kind: 'gcp-service-account',
      system: snapshot.system,
      id: `gcp-service-account:${account.name}`,
      title: `service account ${account.email}`,
      phase: 'permissions',
      why: verdict.why,
      confidence: verdict.confidence,
      risk: 'none',
      stage: 'service-accounts',
      snapshot: accountDefinition(account),
      provides: [`gcp:service-account:${account.email}`],
      uses: [...new Set(trust.map((t) => `gcp:pool:${t.pool.pool.name}`))],
      ...combine(verdict.hold, recentlyUsed(used)),
    },
  ];
}

function sighting(snapshot: GcpSnapshot, { account, verdict, trust }: AccountVerdict): Sighting[] {
  if (verdict.whose === 'ours') return [];
  const uses = [...new Set(trust.map((t) => `gcp:pool:${t.pool.pool.name}`))];
  if (verdict.whose === 'other' && !verdict.looksAlike) return [];
  const defender = verdict.whose === 'defender' ? { defender: true as const } : {};
  return [{ system: snapshot.system, id: `gcp-service-account:${account.name}`, why: verdict.why.join('; '), uses, ...defender }];
}
