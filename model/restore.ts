import { isResolved, LIFTED } from './outcome.ts';
import { isRemnant } from './diff.ts';
import type { LedgerEntry } from './ledger.ts';
import { PHASES, systemType } from './names.ts';
import { byStage, lastStage, type Orders } from './order.ts';
import { indexOf } from './plan-index.ts';
import type { Plan, PlanItem, Untouched } from './plan.ts';
import { removalOrder } from './removal-order.ts';

/** Something a run removed, with the definition it had before, and when (ISO). */
export interface Removed {
  item: PlanItem;
  at: string;
  /** It was only put in quarantine, and never lifted. */
  quarantined?: true;
}

/** `itself`: its cloud keeps it no longer, and it is made again. `used`: so is something that it uses, which is another one by its identity. */
export type Recreated = 'itself' | 'used';

/** An item as its kind gives it back. */
export interface ToRestore extends PlanItem {
  recreated?: Recreated;
}

/** An item that a restore gives back. Its `dependsOn` names what must be there before. */
export interface RestoreItem extends ToRestore {
  /** ISO. */
  removedAt: string;
  /** What will not be the same again, each in a few words. */
  losses: string[];
}

/** A plan that gives back what a run removed. `untouched` tells what it cannot give back, and why. Hashed as every plan. */
export interface RestorePlan extends Plan {
  items: RestoreItem[];
  /** Journal of the run it undoes. */
  restores: string;
}

export function isRestorePlan(plan: Plan): plan is RestorePlan {
  return 'restores' in plan;
}

/**
 * Whether a removed thing can be given back: what it loses, or why nothing brings it back. `recreated`: it is the `sameIdentity` where
 * whoever knew the one before by its name means this one, too. What uses an `indispensable` thing that never comes back cannot be had either.
 */
export type Restorability = { losses: string[]; recreated?: { sameIdentity: boolean } } | { impossible: string; indispensable?: true };

/** What is told of a removed thing before somebody misses it. */
export interface Undoing {
  item: string;
  title: string;
  /** Why nothing brings it back. */
  impossible?: string;
  /** What will not be the same again, each in a few words. */
  losses: string[];
  /** ISO; how long its cloud keeps it. Absent where it is made again, whenever that is. */
  until?: string;
  /** What is lost besides where it is made again after that; absent where it cannot be. */
  afterwards?: string[];
}

/**
 * Pure: what a run removed itself, or left in quarantine, and did not see come back, from its journal and its plans by hash. What took several tries under
 * amended plans has the definition of the first: later plans know what was left of it.
 */
export function removedItems(entries: LedgerEntry[], plans: ReadonlyMap<string, Plan>): Removed[] {
  const known = new Map<string, PlanItem>();
  const begun = new Map<string, PlanItem>();
  const removed = new Map<string, string>();
  const quarantined = new Map<string, string>();
  const last = [...plans.values()].at(-1);
  for (const { at, record: r } of entries) {
    if (r.type === 'plan') {
      for (const item of plans.get(r.planHash)?.items ?? []) known.set(item.id, item);
      for (const id of r.again ?? []) removed.delete(id);
    }
    if (r.type === 'intent') {
      const plan = plans.get(r.planHash);
      const item = plan && indexOf(plan).byId.get(r.item);
      if (r.quarantine) quarantined.set(r.item, at);
      if (item) begun.set(r.item, fuller(begun.get(r.item), item));
    }
    if (r.type === 'outcome') {
      if (isResolved(r.outcome.outcome) || r.outcome.code === LIFTED) quarantined.delete(r.outcome.item);
      if (r.outcome.outcome === 'removed') removed.set(r.outcome.item, at);
      else removed.delete(r.outcome.item);
    }
  }
  const items = [...removed.keys(), ...quarantined.keys()].flatMap((id) => begun.get(id) ?? known.get(id) ?? []);
  return removalOrder(items, last?.order ?? {}).map((item) => {
    const since = quarantined.get(item.id);
    return since === undefined ? { item, at: removed.get(item.id) ?? '' } : { item, at: since, quarantined: true as const };
  });
}

function fuller(before: PlanItem | undefined, now: PlanItem): PlanItem {
  if (!before || !isRemnant(now.snapshot, before.snapshot)) return now;
  return { ...now, snapshot: before.snapshot, fingerprint: before.fingerprint };
}

/** Pure: the chosen ids, and those of whatever a chosen thing took along and brings back with it. */
export function withContents(removed: Removed[], only: string[]): string[] {
  const { byId } = indexOfRemoved(removed);
  const chosen = new Set(only);
  const along = removed.flatMap((r) => (chosen.has(r.item.id) ? (r.item.contains ?? []) : []));
  return [...new Set([...only, ...along.filter((id) => byId.has(id))])];
}

/** Ids of what else was removed, is not chosen, and provides what a chosen item uses: a restore asks the clouds whether it is there. */
export function neededBesides(removed: Removed[], only: string[]): Removed[] {
  const ids = new Set(only);
  const chosen = removed.filter((r) => ids.has(r.item.id));
  const needed = new Set(chosen.flatMap((c) => usedBy(c.item, indexOfRemoved(removed))));
  return removed.filter((r) => !ids.has(r.item.id) && needed.has(r));
}

/** Pure: what a removed thing uses, and what uses whatever it took along, but for these themselves. */
export function neededBy({ item }: Removed, removed: Removed[]): Removed[] {
  const index = indexOfRemoved(removed);
  const own = new Set([item.id, ...(item.contains ?? [])]);
  const users = [...own].flatMap((id) => index.byId.get(id) ?? []);
  const needed = new Set(users.flatMap((u) => usedBy(u.item, index)).filter((r) => !own.has(r.item.id)));
  const place = (r: Removed) => index.places.get(r) ?? 0;
  return [...needed].toSorted((a, b) => place(a) - place(b));
}

/** What was removed, by what is asked of it for each thing: one scan for all. */
interface RemovedIndex {
  byId: ReadonlyMap<string, Removed>;
  places: ReadonlyMap<Removed, number>;
  providers: ReadonlyMap<string, Removed[]>;
  /** What took a thing along, by the thing's id. */
  containers: ReadonlyMap<string, Removed[]>;
}

const indexes = new WeakMap<readonly Removed[], RemovedIndex>();

function indexOfRemoved(removed: readonly Removed[]): RemovedIndex {
  const before = indexes.get(removed);
  if (before) return before;
  const grouped = (keys: (r: Removed) => readonly string[]) => {
    const pairs = removed.flatMap((r) => [...new Set(keys(r))].map((key) => [key, r] as const));
    return new Map([...Map.groupBy(pairs, ([key]) => key)].map(([key, same]) => [key, same.map(([, r]) => r)]));
  };
  const index: RemovedIndex = {
    byId: new Map(removed.map((r) => [r.item.id, r])),
    places: new Map(removed.map((r, i) => [r, i])),
    providers: grouped((r) => r.item.provides),
    containers: grouped((r) => r.item.contains ?? []),
  };
  indexes.set(removed, index);
  return index;
}

function usedBy(user: PlanItem, { providers }: RemovedIndex): Removed[] {
  return user.uses.flatMap((t) => providers.get(t) ?? []).filter((r) => r.item.id !== user.id);
}

export interface RestoreInput {
  /** The last plan of the run that is undone: its tenant, manifest and facts stand. */
  last: Plan;
  /** Journal of that run. */
  restores: string;
  removed: Removed[];
  /** Ids to give back; undefined for all that can be. */
  only: string[] | undefined;
  /** By item id, for everything removed. */
  restorability: ReadonlyMap<string, Restorability>;
  /** Ids of removed things that are not chosen and not there. */
  missing: ReadonlySet<string>;
  /** What the run left in between, and why that is not given back. */
  notRemoved: Untouched[];
  warnings: string[];
}

/** Pure: what is given back, what was removed last first and each thing after what it uses; and what is not, and why. */
export function buildRestorePlan(input: RestoreInput): RestorePlan {
  const { last, removed, only, restorability } = input;
  const ids = only && new Set(only);
  const chosen = new Set(removed.filter((r) => ids === undefined || ids.has(r.item.id)));
  const untouched: Untouched[] = [...input.notRemoved];
  const kept: Kept[] = [];
  for (const one of chosen) {
    const { item } = one;
    const can = restorability.get(item.id) ?? { impossible: 'nothing is known of its kind' };
    const needed = neededBy(one, removed);
    const barred = needed.flatMap((p) => without(p, restorability, 'indispensable'));
    const missing = needed.filter((p) => input.missing.has(p.item.id)).map((p) => p.item.id);
    if ('impossible' in can) untouched.push({ system: item.system, id: item.id, reason: can.impossible });
    else if (barred.length > 0) untouched.push({ system: item.system, id: item.id, reason: barred.join('; ') });
    else if (missing.length > 0) untouched.push({ system: item.system, id: item.id, reason: needs(missing) });
    else {
      const another = needed.some((p) => chosen.has(p) && recreatedOf(restorability.get(p.item.id))?.sameIdentity === false);
      const recreated = recreatedOf(can) ? 'itself' : another ? 'used' : undefined;
      kept.push({
        removed: one,
        losses: [...can.losses, ...needed.flatMap((p) => without(p, restorability, 'other'))],
        ...(recreated ? { recreated } : {}),
      });
    }
  }
  const back = kept.map((one) => one.removed);
  const items = kept.map((one) => toRestore(one, back, input.restores, last.order));
  const lossy = items.filter((i) => i.losses.length > 0).length;
  return {
    version: 1,
    pilot: [],
    tenantId: last.tenantId,
    manifestHash: last.manifestHash,
    order: last.order,
    items: neededFirst(items.toReversed(), last.order),
    untouched: untouched.toSorted((a, b) => (a.system + a.id < b.system + b.id ? -1 : 1)),
    unknown: [],
    facts: last.facts,
    warnings: [
      ...input.warnings,
      ...(lossy > 0
        ? [`${lossy} of ${items.length} things will not be quite the same again: read what each loses before you approve`]
        : []),
    ],
    restores: input.restores,
  };
}

function needs(missing: string[]): string {
  return `needs ${missing.join(' and ')}, not there and not among the items: name ${missing.map((id) => `--item ${id}`).join(' ')}, too`;
}

/** What uses something that never comes back can mostly be made again; whether it works then is for people to know. */
function without({ item }: Removed, restorability: RestoreInput['restorability'], which: 'indispensable' | 'other'): string[] {
  const can = restorability.get(item.id);
  return can && 'impossible' in can && (can.indispensable === true) === (which === 'indispensable')
    ? [`${item.id}, which it uses, cannot be given back (${can.impossible})`]
    : [];
}

function recreatedOf(can: Restorability | undefined): { sameIdentity: boolean } | undefined {
  return can && 'losses' in can ? can.recreated : undefined;
}

interface Kept {
  removed: Removed;
  losses: string[];
  recreated?: Recreated;
}

function toRestore({ removed: one, losses, recreated }: Kept, others: Removed[], run: string, orders: Orders): RestoreItem {
  const { item, at, quarantined } = one;
  const { guard: _, override: __, hold: ___, ...rest } = item;
  const index = indexOfRemoved(others);
  const containers = index.containers.get(item.id) ?? [];
  const along = (item.contains ?? []).flatMap((id) => index.byId.get(id) ?? []);
  return {
    ...rest,
    // It brings back what it took along, so it goes no later than the first of these.
    stage: lastStage(
      orders[systemType(item.system)] ?? [],
      [item, ...along.map((o) => o.item)].map((i) => i.stage),
    ),
    why: [`${quarantined ? 'put in quarantine' : 'removed'} by ${run} at ${at}`, ...item.why],
    dependsOn: [...neededBy(one, others), ...containers].map((o) => o.item.id).toSorted(),
    removedAt: at,
    losses,
    ...(recreated ? { recreated } : {}),
  };
}

/** Last phase and last stage first; within these, and within a system, whatever others need before them. Else the order stays. */
function neededFirst(items: RestoreItem[], orders: Orders): RestoreItem[] {
  const staged = items.toSorted((a, b) => PHASES.indexOf(b.phase) - PHASES.indexOf(a.phase) || byStage(orders, b, a));
  const groups = Map.groupBy(staged, (i) => `${i.phase} ${i.stage} ${i.system}`);
  const placed = new Set<RestoreItem>();
  const place = (item: RestoreItem, group: RestoreItem[]): RestoreItem[] => {
    if (placed.has(item)) return [];
    placed.add(item);
    return [...group.filter((o) => item.dependsOn.includes(o.id)).flatMap((o) => place(o, group)), item];
  };
  return staged.flatMap((item) => place(item, groups.get(`${item.phase} ${item.stage} ${item.system}`) ?? []));
}
