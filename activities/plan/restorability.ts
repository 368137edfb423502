import { systemType, type SystemType } from '../../model/names.ts';
import { UNREAD_SYSTEM, type Plan, type PlanItem } from '../../model/plan.ts';
import { buildRestorePlan, type Removed, type Restorability, type Undoing } from '../../model/restore.ts';
import type { AnyKind } from '../cloud.ts';
import type { Undo } from '../kind.ts';
import type { CloudKinds } from '../kinds.ts';
import { kindOf } from '../look/kinds.ts';

/**
 * By item id, for everything removed. What comes back with that which took it along loses less; `planned` says which of these come back. Pure.
 */
export function restorabilityOf(
  clouds: Record<SystemType, CloudKinds>,
  removed: Removed[],
  now: Date,
  planned: (one: Removed) => boolean,
): Map<string, Restorability> {
  const judge = (r: Removed, container?: PlanItem) => canRestore(kindOf(clouds[systemType(r.item.system)], r.item), r, now, container);
  const containers = removed.filter((r) => r.item.contains && planned(r) && !('impossible' in judge(r)));
  return new Map(removed.map((r) => [r.item.id, judge(r, containers.find((t) => t.item.contains?.includes(r.item.id))?.item)] as const));
}

/**
 * Whether a cloud can give a removed thing back, as far as can be told without asking it. `container`: what took it along, where that comes
 * back. Pure.
 */
export function canRestore(kind: AnyKind, { item, at, quarantined }: Removed, now: Date, container?: PlanItem): Restorability {
  if (quarantined) return { losses: [] };
  const { undo } = kind;
  if (!undo) return { impossible: kind.lost ?? 'no call of its cloud brings it back' };
  const { keptFor, freeAfter = 0 } = undo;
  const age = now.getTime() - new Date(at).getTime();
  if (keptFor !== undefined && age > keptFor) {
    const days = `removed at ${at}, and what is deleted is kept for ${keptFor / 86_400_000} days`;
    if (undo.recreated && age > freeAfter)
      return { losses: [`${days}: it is made again`, ...undo.recreated(item)], recreated: { sameIdentity: kind.identity === undefined } };
    return never(undo, undo.purged === undefined ? days : `${days}: ${undo.purged}`);
  }
  const impossible = undo.impossible?.(item);
  return impossible === undefined ? { losses: undo.losses(item, container) } : never(undo, impossible);
}

function never({ indispensable }: Undo<unknown>, impossible: string): Restorability {
  return { impossible, ...(indispensable ? { indispensable } : {}) };
}

/**
 * Pure: of each removed thing whether, until when and with what loss it can be given back, as a restore of all at `now` would. The last plan
 * that it was removed by stands for the rest of them.
 */
export function undoOf(clouds: Record<SystemType, CloudKinds>, last: Plan, removed: Removed[], now: Date): Undoing[] {
  const restorability = restorabilityOf(clouds, removed, now, () => true);
  const none = { restores: '', only: undefined, missing: new Set<string>(), notRemoved: [], warnings: [] };
  const { items, untouched } = buildRestorePlan({ last, removed, restorability, ...none });
  const back = new Map(items.map((i) => [i.id, i]));
  const gone = new Map(untouched.map((u) => [u.id, u.reason]));
  return removed.map((one) => {
    const { item } = one;
    const impossible = gone.get(item.id);
    const named = { item: item.id, title: item.title };
    if (impossible !== undefined) return { ...named, losses: [], impossible };
    return { ...named, losses: back.get(item.id)?.losses ?? [], ...kept(clouds, one, now) };
  });
}

/** Pure: the same of all that a plan would remove, were all of it removed at `now`. */
export function undoOfAll(clouds: Record<SystemType, CloudKinds>, plan: Plan, now: Date): Undoing[] {
  const removed = plan.items.filter((i) => i.kind !== UNREAD_SYSTEM).map((item) => ({ item, at: now.toISOString() }));
  return undoOf(clouds, plan, removed, now);
}

/** Until when its cloud keeps it, and what is lost after that; nothing for what is made again, whenever that is. */
function kept(
  clouds: Record<SystemType, CloudKinds>,
  { item, at, quarantined }: Removed,
  now: Date,
): Pick<Undoing, 'until' | 'afterwards'> {
  const { keptFor, recreated } = kindOf(clouds[systemType(item.system)], item).undo ?? {};
  if (keptFor === undefined || quarantined) return {};
  const until = new Date(new Date(at).getTime() + keptFor);
  if (until <= now) return {};
  return { until: until.toISOString(), ...(recreated ? { afterwards: recreated(item) } : {}) };
}
