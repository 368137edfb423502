import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Anchors, Finding, Json, Sighting } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Kind } from '../../../kind.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { orGone } from '../../wire/gone.ts';
import { judgePool, type PoolVerdict } from '../../footprint/ownership.ts';
import { quarantinePoolState, undoPoolState, type PoolStateCalls } from '../pool-state.ts';
import { usedPools, usersOf } from '../../footprint/use.ts';
import { DELETED, lastSegment, type GcpSnapshot, type Pool } from '../../snapshot.ts';

const STATE: PoolStateCalls<Pool> = {
  noun: 'workload identity pool',
  get: (api, name) => api.getPool(name),
  undelete: (api, name) => api.undeletePool(name),
  setDisabled: (api, name, disabled) => api.setPoolDisabled(name, disabled),
  create: (api, pool) => api.createPool(pool),
  definition,
};

/** The workload identity pool. Deleting it, unlike its provider alone, revokes credentials already issued; so it goes too, unless shared. */
export const gcpPool: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-pool',
  match(snapshot, anchors) {
    const judged = (snapshot.oidc?.pools ?? []).map((pool) => judgePool(pool, anchors));
    const used = usedPools(snapshot, anchors);
    return {
      findings: judged.filter((j) => j.whose === 'ours').map((j) => finding(snapshot, j, used.get(j.pool.name))),
      sightings: judged.filter((j) => worthTelling(j)).map((j) => sighting(snapshot, j, anchors)),
      seen: judged.length,
    };
  },
  async read(api, item) {
    const pool = await orGone(() => api.getPool(plannedName(item)));
    return pool && pool.state !== DELETED ? definition(pool) : undefined;
  },
  async remove(api, [item]) {
    await orGone(() => api.deletePool(plannedName(item)));
  },
  undo: undoPoolState(STATE),
  quarantine: quarantinePoolState(STATE),
};

/** Without `state` and the providers, which have findings of their own. */
function definition({ name, displayName, description, disabled }: Pool): { [key: string]: Json } {
  return { name, displayName, description, disabled };
}

function plannedName(item: PlanItem): string {
  return (item.snapshot as { name: string }).name;
}

function finding(snapshot: GcpSnapshot, { pool, confidence, why }: PoolVerdict, used?: string): Finding {
  return {
    kind: 'gcp-pool',
    system: snapshot.system,
    id: `gcp-pool:${pool.name}`,
    title: `workload identity pool ${lastSegment(pool.name)}`,
    phase: 'permissions',
    why,
    confidence,
    risk: 'none',
    stage: 'pools',
    snapshot: definition(pool),
    provides: [`gcp:pool:${pool.name}`],
    uses: [],
    ...combine(recentlyUsed(used)),
  };
}

function worthTelling({ whose, why }: PoolVerdict): boolean {
  return whose === 'shared' || (whose === 'other' && why.length > 1);
}

function sighting(snapshot: GcpSnapshot, { pool, whose, why }: PoolVerdict, anchors: Anchors): Sighting {
  const users = whose === 'shared' ? usersOf(pool, snapshot, anchors) : [];
  return { system: snapshot.system, id: `gcp-pool:${pool.name}`, why: [...why, ...users].join('; '), uses: [] };
}
