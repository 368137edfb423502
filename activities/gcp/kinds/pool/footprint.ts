import { combine } from '../../../../model/guards/combine.ts';
import { doubt } from '../../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Facts, Finding, Json, Bystander } from '../../../../model/finding.ts';
import { found, type Footprint } from '../../../kind.ts';
import { judgePool, type PoolVerdict, poolToken } from '../../footprint/ownership.ts';
import { POOL_STATE } from '../../footprint/pool-state.ts';
import { usedPools, usersOf } from '../../footprint/accounts.ts';
import { withItem } from '../../../put-back.ts';
import { DELETED, lastSegment, projectOf, withOidc, type GcpSnapshot, type Pool } from '../../snapshot.ts';

/** The workload identity pool. Deleting it, unlike its provider alone, revokes credentials already issued; so it goes too, unless shared. */
export const footprint: Footprint<GcpSnapshot> = {
  ...POOL_STATE,
  name: 'gcp-pool',
  match(snapshot, facts) {
    const judged = (snapshot.oidc?.pools ?? []).map((pool) => judgePool(pool, facts));
    const used = usedPools(snapshot, facts);
    return {
      findings: judged.filter((j) => j.whose === 'ours').map((j) => finding(snapshot, j, used.get(j.pool.name))),
      bystanders: judged.filter((j) => isWorthShowing(j)).map((j) => bystander(snapshot, j, facts)),
      seen: judged.length,
    };
  },
  putBack(snapshot, own) {
    const planned = own.item.snapshot as unknown as Pool;
    if (snapshot.resource !== `projects/${projectOf(planned.name)}`) return snapshot;
    return withOidc(snapshot, (oidc) => {
      const is = (p: Pool) => p.name === planned.name;
      const before = { ...planned, state: 'ACTIVE', providers: oidc.pools.find(is)?.providers ?? [] };
      return { ...oidc, pools: withItem(oidc.pools, own, before, is, (p) => (p.state === DELETED ? undefined : definition(p))) };
    });
  },
};

/** Without `state` and the providers, which have findings of their own. */
export function definition({ name, displayName, description, disabled }: Pool): { [key: string]: Json } {
  return { name, displayName, description, disabled };
}

function finding(snapshot: GcpSnapshot, { pool, confidence, why, doubt: doubted }: PoolVerdict, used?: string): Finding {
  return {
    ...found('gcp-pool', snapshot.system, pool.name),
    title: `workload identity pool ${lastSegment(pool.name)}`,
    phase: 'permissions',
    why,
    confidence,
    risk: 'none',
    stage: 'pools',
    snapshot: definition(pool),
    provides: [poolToken(pool.name)],
    uses: [],
    standsFor: [pool.name],
    ...combine(recentlyUsed(used), doubt(doubted)),
  };
}

function isWorthShowing({ whose, why }: PoolVerdict): boolean {
  return whose === 'shared' || (whose === 'other' && why.length > 1);
}

function bystander(snapshot: GcpSnapshot, { pool, whose, why }: PoolVerdict, facts: Facts): Bystander {
  const users = whose === 'shared' ? usersOf(pool, snapshot, facts) : [];
  return { system: snapshot.system, id: `gcp-pool:${pool.name}`, why: [...why, ...users].join('; '), uses: [] };
}
