import type { Keeps } from './decided.ts';
import type { Hold } from './finding.ts';
import { combine } from './guards/combine.ts';
import { OURSELVES } from './guards/ourselves.ts';
import { keptWith } from './keep.ts';
import { isDone, type Ledger } from './ledger.ts';
import { waitsForOthers, type Outcome } from './outcome.ts';
import { indexOf } from './plan-index.ts';
import type { Plan, PlanItem } from './plan.ts';

/** How many of what a thing needs are named. */
const MOST_NAMED = 20;

type Waived = Pick<Ledger, 'waived'>;

/**
 * Pure: what holds the plan's items after what approvers decided since. A thing that is kept working holds what it needs; one that is left as an orphan
 * holds nothing any more, and what was held for its sake alone is free. What somebody else needs stays held.
 */
export function guardsNow(plan: Plan, { waived }: Waived): ReadonlyMap<string, Hold> {
  const key = [...waived].map(([id, { keeps = '' }]) => `${id} ${keeps}`).join('\n');
  const before = known.get(plan);
  if (before?.key === key) return before.guards;
  const planned = new Set(plan.items.map((i) => i.id));
  const kept = new Map([...waived].flatMap(([id, { keeps }]) => (keeps ? [[id, keeps] as const] : [])));
  const staying = new Set(kept.keys());
  const counts = ({ inside, code, who }: Hold): boolean => {
    if (inside !== undefined) return !planned.has(inside) || staying.has(inside) || waived.has(inside);
    return code !== 'Shared' || !who || who.some((id) => !planned.has(id) || staying.has(id));
  };
  const held = plan.items.filter((i) => i.guard && !waived.has(i.id));
  for (let size = -1; size !== staying.size;) {
    size = staying.size;
    for (const { id, guard } of held) if (partsOf(guard).some(counts)) staying.add(id);
  }
  const because = keptWith(plan.items, kept);
  const guards = new Map(
    plan.items.flatMap(({ id, guard }) => {
      const parts = partsOf(guard);
      const left = parts.filter(counts);
      const still = left.length === parts.length ? guard : combine(...left).hold;
      const kept = because.get(id);
      // What was said when the plan was made is not said twice.
      const { hold } = combine(still, still ? undefined : kept);
      return hold ? [[id, hold] as const] : [];
    }),
  );
  known.set(plan, { key, guards });
  return guards;
}

const known = new WeakMap<Plan, { key: string; guards: ReadonlyMap<string, Hold> }>();

function partsOf(guard: Hold | undefined): Hold[] {
  return guard ? (guard.parts ?? [guard]) : [];
}

/** Pure: for whose sake alone an item is held, where these are of the plan and an approver decides about them: what becomes of it follows from that. */
export function heldFor(guard: Hold, plan: Plan, { waived }: Waived): string[] | undefined {
  const { byId: ids } = indexOf(plan);
  const parts = partsOf(guard);
  const who = parts.flatMap((p) => (p.code === 'Shared' && p.who ? p.who : p.inside === undefined ? [] : [p.inside]));
  const others = parts.some((p) => p.inside === undefined && (p.code !== 'Shared' || !p.who));
  return others || who.some((id) => !ids.has(id) || waived.has(id)) ? undefined : [...new Set(who)].toSorted();
}

/** Pure: what a waiver of an item that waits for a decision would mean for the rest of the plan. */
export function needsOf(item: PlanItem, outcome: Outcome, plan: Plan, ledger: Ledger): Pick<Outcome, 'needs'> {
  if (waitsForOthers(outcome)) return {};
  const needs = [...keptWith(plan.items, new Map([[item.id, outcome.keeps ?? 'way']])).keys()];
  const there = needs.filter((id) => !isDone(ledger, id)).toSorted();
  return there.length === 0 ? {} : { needs: { count: there.length, first: there.slice(0, MOST_NAMED) } };
}

/** Pure: of items that an approver waives, those that go on working, and what of their way stays: as said, else as the guard of each says. */
export function keptOf(
  items: string[],
  means: 'keep' | 'leave' | undefined,
  { outcomes }: Pick<Ledger, 'outcomes'>,
): { [item: string]: Keeps } {
  const kept = items.flatMap((id) => {
    const { code, keeps } = outcomes.get(id) ?? {};
    // Nobody's word lets go of what the worker itself runs under.
    const own = code === OURSELVES ? 'way' : undefined;
    const keepsIt = means === 'leave' ? own : (own ?? keeps ?? (means === 'keep' ? 'way' : undefined));
    return keepsIt ? [[id, keepsIt] as const] : [];
  });
  return Object.fromEntries(kept);
}
