import { UNREAD_SYSTEM, type Plan, type PlanItem } from '../../../model/plan.ts';
import { systemsOf } from '../../../model/manifest-systems.ts';
import type { Manifest } from '../../../model/manifest.ts';
import { systemType, type SystemId, type SystemType } from '../../../model/names.ts';
import type { Deps } from '../../deps.ts';
import { kindOf } from '../../look/kinds.ts';
import type { RunAtWork } from '../operation.ts';

/** What a plan says of one system. */
interface PlannedIn {
  items: PlanItem[];
  uses: Set<string>;
  /** Phases and stages in which something of it goes. */
  stages: Set<string>;
}

/** A plan by what is asked of it for each item: a look at one item costs what lies around it, however large the plan is. */
export interface Planned {
  byId: ReadonlyMap<string, PlanItem>;
  in: ReadonlyMap<SystemId, PlannedIn>;
  ofKind: ReadonlyMap<string, PlanItem[]>;
  /** Systems whose items provide a token. */
  providers: ReadonlyMap<string, SystemId[]>;
  /** The items that an override names. */
  overridden: PlanItem[];
  /** All systems of the run, by type. */
  systems: ReadonlyMap<SystemType, SystemId[]>;
  /** Whether the facts of another system decide about an item, or about what lies in it: with that it stays. */
  asks(item: PlanItem): Asks;
  /** Of all systems of a type those of which that is so. */
  askedIn(type: SystemType, asks: Asks): SystemId[];
  /** Whether the facts of a system decide about any item. */
  isAsked(system: SystemId): boolean;
}

type Asks = (system: SystemId) => boolean;

const asksNobody: Asks = () => false;

const known = new WeakMap<Deps, { hash: string; planned: Planned }>();

/** The index of a plan; the newest one is kept. */
export function plannedIn({ deps, plan, planHash, manifest }: Pick<RunAtWork, 'deps' | 'plan' | 'planHash' | 'manifest'>): Planned {
  const before = known.get(deps);
  if (before?.hash === planHash) return before.planned;
  const planned = index(deps, plan, manifest);
  known.set(deps, { hash: planHash, planned });
  return planned;
}

function index({ clouds }: Pick<Deps, 'clouds'>, plan: Plan, manifest: Manifest): Planned {
  const { items } = plan;
  const byId = new Map(items.map((i) => [i.id, i]));
  const inEach = new Map<SystemId, PlannedIn>();
  const providers = new Map<string, SystemId[]>();
  const within = new Map<string, PlanItem[]>();
  for (const item of items) {
    const here = inEach.get(item.system) ?? { items: [], uses: new Set<string>(), stages: new Set<string>() };
    inEach.set(item.system, here);
    here.items.push(item);
    here.stages.add(`${item.phase} ${item.stage}`);
    for (const token of item.uses) here.uses.add(token);
    for (const token of item.provides) push(providers, token, item.system);
    for (const token of item.within ?? []) push(within, token, item);
  }
  const contentsOf = (item: PlanItem) => [
    ...(item.contains ?? []).flatMap((id) => byId.get(id) ?? []),
    ...item.provides.flatMap((token) => within.get(token) ?? []),
  ];
  const systems = Map.groupBy(systemsOf(manifest), systemType);
  const asked = new WeakMap<Asks, Map<SystemType, SystemId[]>>();
  const askingOf = (those: Iterable<PlanItem>) => {
    const asking = new Set<Asks>();
    for (const one of those) {
      const asks = one.kind === UNREAD_SYSTEM ? undefined : kindOf(clouds[systemType(one.system)], one).asks?.(one);
      if (asks) asking.add(asks);
    }
    return asking;
  };
  const everybody = [...askingOf(items)];
  return {
    byId,
    in: inEach,
    ofKind: Map.groupBy(items, (i) => i.kind),
    providers,
    overridden: items.filter((i) => i.override !== undefined),
    systems,
    asks(item) {
      const all = new Set([item]);
      // A set that grows is walked to its end.
      for (const one of all) for (const content of contentsOf(one)) all.add(content);
      const asking = askingOf(all);
      const [first = asksNobody, ...others] = asking;
      return others.length === 0 ? first : (system) => [first, ...others].some((asks) => asks(system));
    },
    askedIn(type, asks) {
      const known = asked.get(asks) ?? new Map<SystemType, SystemId[]>();
      asked.set(asks, known);
      const those = known.get(type) ?? (systems.get(type) ?? []).filter(asks);
      known.set(type, those);
      return those;
    },
    isAsked: (system) => everybody.some((asks) => asks(system)),
  };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}
