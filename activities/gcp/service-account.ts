import type { Finding, Json, Sighting } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { Kind } from '../kind.ts';
import { judgeAccounts, type AccountVerdict } from './accounts.ts';
import type { GcpApi } from './clients.ts';
import { orGone } from './gone.ts';
import type { GcpSnapshot, ServiceAccount } from './snapshot.ts';

/** The service account that the pool acts as. Disabled, then deleted; undeletable for 30 days by its unique id, so that is recorded. */
export const gcpServiceAccount: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-service-account',
  match(snapshot, anchors) {
    const judged = snapshot.oidc ? judgeAccounts(snapshot.oidc, anchors) : [];
    return {
      findings: judged.flatMap((j) => finding(snapshot, j)),
      sightings: judged.flatMap((j) => sighting(snapshot, j)),
    };
  },
  async read(api, item) {
    // By mail address, not by unique id: another account under the same address must show itself as drift.
    const account = await orGone(() => api.getServiceAccount(planned(item).name));
    return account && definition(account);
  },
  async remove(api, [item]) {
    // By unique id: whatever was made under the same address since the approval is not touched.
    const { name, uniqueId } = planned(item);
    const exactly = `${name.slice(0, name.lastIndexOf('/'))}/${uniqueId}`;
    const disabled = await orGone(async () => {
      await api.disableServiceAccount(exactly);
      return true;
    });
    if (disabled) await orGone(() => api.deleteServiceAccount(exactly));
  },
};

/** Without `disabled` and etag: the removal itself changes both, and that is no drift. */
function definition({ name, uniqueId, email, displayName, description }: ServiceAccount): { [key: string]: Json } {
  return { name, uniqueId, email, displayName, description };
}

function planned(item: PlanItem): { name: string; uniqueId: string } {
  return item.snapshot as { name: string; uniqueId: string };
}

function finding(snapshot: GcpSnapshot, { account, verdict, trust }: AccountVerdict): Finding[] {
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
      rank: 4,
      snapshot: definition(account),
      provides: [`gcp:service-account:${account.email}`],
      uses: [...new Set(trust.map((t) => `gcp:pool:${t.pool.pool.name}`))],
      ...(verdict.hold ? { hold: verdict.hold } : {}),
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
