import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Anchors, Finding, Json, Sighting } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Kind } from '../../../kind.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { orGone } from '../../wire/gone.ts';
import { judgeProvider, namesCiem, ourAudiences, trustsTenant } from '../../footprint/ownership.ts';
import { quarantinePoolState, undoPoolState, type PoolStateCalls } from '../pool-state.ts';
import { usedPools } from '../../footprint/use.ts';
import { DELETED, lastSegment, type GcpSnapshot, type Provider } from '../../snapshot.ts';

const STATE: PoolStateCalls<Provider> = {
  noun: 'workload identity provider',
  get: (api, name) => api.getProvider(name),
  undelete: (api, name) => api.undeleteProvider(name),
  setDisabled: (api, name, disabled) => api.setProviderDisabled(name, disabled),
  create: (api, provider) => api.createProvider(provider),
  definition,
};

/** The workload identity pool provider that trusts this tenant's tokens. Its deletion is an operation; it stays undeletable for 30 days. */
export const gcpProvider: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-provider',
  match(snapshot, anchors) {
    const live = (snapshot.oidc?.pools ?? []).flatMap((pool) =>
      pool.providers.filter((p) => p.state !== DELETED).map((provider) => ({ pool: pool.name, provider })),
    );
    const used = usedPools(snapshot, anchors);
    return {
      findings: live.flatMap(({ pool, provider }) => finding(snapshot, pool, provider, anchors, used.get(pool))),
      sightings: live.flatMap(({ provider }) => sighting(snapshot, provider, anchors)),
      seen: live.length,
    };
  },
  async read(api, item) {
    const provider = await orGone(() => api.getProvider(plannedName(item)));
    return provider && provider.state !== DELETED ? definition(provider) : undefined;
  },
  async remove(api, [item]) {
    await orGone(() => api.deleteProvider(plannedName(item)));
  },
  undo: undoPoolState(STATE),
  quarantine: quarantinePoolState(STATE),
};

/** Without `state`, which the removal itself changes. */
function definition(p: Provider): { [key: string]: Json } {
  const { name, displayName, description, issuer, audiences, attributeMapping, attributeCondition, disabled } = p;
  return { name, displayName, description, issuer, audiences, attributeMapping, attributeCondition, disabled };
}

function plannedName(item: PlanItem): string {
  return (item.snapshot as { name: string }).name;
}

function finding(snapshot: GcpSnapshot, pool: string, provider: Provider, anchors: Anchors, used?: string): Finding[] {
  const verdict = judgeProvider(provider, anchors);
  if (verdict.whose !== 'ours') return [];
  return [
    {
      kind: 'gcp-provider',
      system: snapshot.system,
      id: `gcp-provider:${provider.name}`,
      title: `workload identity provider ${lastSegment(provider.name)} in pool ${lastSegment(pool)}`,
      phase: 'permissions',
      why: verdict.why,
      confidence: verdict.confidence,
      risk: 'none',
      stage: 'providers',
      snapshot: definition(provider),
      provides: [],
      uses: [`gcp:pool:${pool}`, ...tokens(provider, anchors, verdict.confidence === 'name-only')],
      ...combine(verdict.hold, recentlyUsed(used)),
    },
  ];
}

function sighting(snapshot: GcpSnapshot, provider: Provider, anchors: Anchors): Sighting[] {
  const verdict = judgeProvider(provider, anchors);
  if (verdict.whose === 'ours' || (verdict.whose === 'other' && !verdict.looksAlike)) return [];
  return [
    {
      system: snapshot.system,
      id: `gcp-provider:${provider.name}`,
      why: verdict.why.join('; '),
      uses: tokens(provider, anchors, true),
      ...(verdict.whose === 'defender' ? { defender: true as const } : {}),
    },
  ];
}

/** What of this tenant the provider relies on: the GCP application by its audience, and, where it stays, the CIEM sign-in. */
function tokens(provider: Provider, anchors: Anchors, stays: boolean): string[] {
  if (!trustsTenant(provider, anchors)) return [];
  return [...ourAudiences(provider).map((a) => `gcp:audience:${a}`), ...(stays && namesCiem(provider) ? ['ciem:sign-in'] : [])];
}
