import { combine } from '../../../../model/guards/combine.ts';
import { doubt } from '../../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Facts, Finding, Json } from '../../../../model/finding.ts';
import { audienceToken, SIGN_IN_TOKEN } from '../../../../model/tokens.ts';
import { found, type Footprint } from '../../../kind.ts';
import { judgeProvider, namesCiem, ourAudiences, bystanderOf, trustsTenant, poolToken } from '../../footprint/ownership.ts';
import { POOL_STATE } from '../../footprint/pool-state.ts';
import { usedPools } from '../../footprint/accounts.ts';
import { withItem } from '../../../put-back.ts';
import { DELETED, lastSegment, withOidc, type GcpSnapshot, type Provider } from '../../snapshot.ts';

/** The workload identity pool provider that trusts this tenant's tokens. Its deletion is an operation; it stays undeletable for 30 days. */
export const footprint: Footprint<GcpSnapshot> = {
  ...POOL_STATE,
  name: 'gcp-provider',
  match(snapshot, facts) {
    const live = (snapshot.oidc?.pools ?? []).flatMap((pool) =>
      pool.providers.filter((p) => p.state !== DELETED).map((provider) => ({ pool: pool.name, provider })),
    );
    const used = usedPools(snapshot, facts);
    return {
      findings: live.flatMap(({ pool, provider }) => finding(snapshot, pool, provider, facts, used.get(pool))),
      bystanders: live.flatMap(({ provider }) =>
        bystanderOf(snapshot.system, `gcp-provider:${provider.name}`, judgeProvider(provider, facts), tokens(provider, facts, true)),
      ),
      seen: live.length,
    };
  },
  putBack(snapshot, own) {
    const before = { ...(own.item.snapshot as unknown as Provider), state: 'ACTIVE' };
    const is = (p: Provider) => p.name === before.name;
    const define = (p: Provider) => (p.state === DELETED ? undefined : definition(p));
    return withOidc(snapshot, (oidc) => ({
      ...oidc,
      pools: oidc.pools.map((pool) =>
        before.name.startsWith(`${pool.name}/providers/`)
          ? { ...pool, providers: withItem(pool.providers, own, before, is, define) }
          : pool,
      ),
    }));
  },
};

/** Without `state`, which the removal itself changes. */
export function definition(p: Provider): { [key: string]: Json } {
  const { name, displayName, description, issuer, audiences, attributeMapping, attributeCondition, disabled, jwksJson } = p;
  const keys = jwksJson === undefined ? {} : { jwksJson };
  return { name, displayName, description, issuer, audiences, attributeMapping, attributeCondition, disabled, ...keys };
}

function finding(snapshot: GcpSnapshot, pool: string, provider: Provider, facts: Facts, used?: string): Finding[] {
  const verdict = judgeProvider(provider, facts);
  if (verdict.whose !== 'ours') return [];
  return [
    {
      ...found('gcp-provider', snapshot.system, provider.name),
      title: `workload identity provider ${lastSegment(provider.name)} in pool ${lastSegment(pool)}`,
      phase: 'permissions',
      why: verdict.why,
      confidence: verdict.confidence,
      risk: 'none',
      stage: 'providers',
      snapshot: definition(provider),
      provides: [],
      uses: [poolToken(pool), ...tokens(provider, facts, verdict.confidence === 'name-only')],
      within: [poolToken(pool)],
      serves: [{ token: poolToken(pool), as: 'entry' }],
      standsFor: [pool, provider.name],
      ...combine(verdict.hold, recentlyUsed(used), doubt(verdict.doubt)),
    },
  ];
}

/** What of this tenant the provider relies on: the GCP application by its audience, and, where it stays, the CIEM sign-in. */
function tokens(provider: Provider, facts: Facts, stays: boolean): string[] {
  if (!trustsTenant(provider, facts)) return [];
  return [...ourAudiences(provider).map((a) => audienceToken('gcp', a)), ...(stays && namesCiem(provider) ? [SIGN_IN_TOKEN] : [])];
}
