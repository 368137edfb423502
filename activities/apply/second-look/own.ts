import type { Json } from '../../../model/finding.ts';
import { isRemnant } from '../../../model/diff.ts';
import { systemType, type SystemId } from '../../../model/names.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { Removed } from '../../../model/restore.ts';
import type { AnyKind } from '../../cloud.ts';
import type { Own } from '../../kind.ts';
import { isQuarantined, kindOf } from '../../look/kinds.ts';
import { runsOfTenant } from '../../records/plans.ts';
import { removedKept } from '../../records/removed.ts';
import type { RunAtWork } from '../operation.ts';
import type { Planned } from './planned.ts';

type At = Pick<RunAtWork, 'deps' | 'run' | 'plan' | 'ledger'>;

/** What earlier plans of this run, and the tenant's runs before it, took away and did not see come back; newest first. */
export async function removedEarlier({ deps: { journal, artifacts }, run, plan, ledger }: At): Promise<Removed[]> {
  // Where a run had one plan alone, all that it removed is in that.
  const runs = [...(ledger.plans.size > 1 ? [run] : []), ...(await runsOfTenant(journal, run))];
  const removed = (await Promise.all(runs.map(async (r) => (await removedKept(journal, artifacts, r)).toReversed()))).flat();
  const planned = new Set(plan.items.map((i) => i.id));
  return removed.filter(({ item }) => !planned.has(item.id));
}

/** What earlier plans and runs took away, by where it is to be put back. */
export interface Earlier {
  ids: ReadonlySet<string>;
  in: ReadonlyMap<SystemId, Removed[]>;
  ofKind: ReadonlyMap<string, Removed[]>;
}

export function earlierBy(removed: readonly Removed[]): Earlier {
  return {
    ids: new Set(removed.map((r) => r.item.id)),
    in: Map.groupBy(removed, (r) => r.item.system),
    ofKind: Map.groupBy(removed, (r) => r.item.kind),
  };
}

/**
 * What is our own doing in a system, to be put back: what lies there, then what lies elsewhere and shows there (`Footprint.showsIn`), each of the plan in force as its
 * ledger stands now, then what was taken away earlier. What went last comes first.
 */
export function ownDoings(
  { deps, ledger }: Pick<At, 'deps' | 'ledger'>,
  planned: Pick<Planned, 'in' | 'ofKind'>,
  earlier: Earlier,
  system: SystemId,
): Own[] {
  const cloud = deps.clouds[systemType(system)];
  const elsewhere = (cloud.kinds as AnyKind[]).filter((kind) => kind.showsIn?.(system)).map(({ name }) => name);
  const isElsewhere = (item: PlanItem) => item.system !== system;
  const items = [
    ...elsewhere.flatMap((kind) => planned.ofKind.get(kind) ?? []).filter(isElsewhere),
    ...(planned.in.get(system)?.items ?? []),
  ];
  const now = items.flatMap((item): Own[] => {
    const removed = ledger.outcomes.get(item.id)?.outcome === 'removed';
    const begun = ledger.openIntents.has(item.id);
    const quarantined = ledger.quarantined.has(item.id);
    if (!removed && !begun && !quarantined) return [];
    const kind = kindOf(cloud, item);
    const left = (current: Json) => isQuarantined(kind, current, item.snapshot) || (begun && isRemnant(current, item.snapshot));
    const same = (current: Json) => !kind.identity || kind.identity(current) === kind.identity(item.snapshot);
    return [{ item, byUs: (current) => (current === undefined ? removed || begun : same(current) && left(current)) }];
  });
  const before = [
    ...(earlier.in.get(system) ?? []),
    ...elsewhere.flatMap((kind) => earlier.ofKind.get(kind) ?? []).filter(({ item }) => isElsewhere(item)),
  ].map(({ item, quarantined }): Own => ({
    item,
    byUs: (current) =>
      current === undefined ? !quarantined : quarantined === true && isQuarantined(kindOf(cloud, item), current, item.snapshot),
  }));
  return [...now.toReversed(), ...before];
}
