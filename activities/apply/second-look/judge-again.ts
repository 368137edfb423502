import type { Hold } from '../../../model/finding.ts';
import { combine } from '../../../model/guards/combine.ts';
import { RECENTLY_USED } from '../../../model/guards/recent-use.ts';
import { knownBefore } from '../../../model/known-hold.ts';
import { isDone, type Ledger } from '../../../model/ledger.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { Plan, PlanItem } from '../../../model/plan.ts';
import type { Planned } from './planned.ts';
import { blocked } from '../operation.ts';

/** What a person may do about what came up since the plan. */
export const MEND = 'amend the plan to decide about it as it is now, or waive it';

/**
 * Pure: what holds an item that was approved, when the plan is made again from what stands now: it would not be planned, something holds it that nobody decided
 * about, something uses it that the plan does not know, or it would take more along. Undefined where it would be planned just so.
 * `ours`: whether an id is of what was put back for this look. `of`: `itself` leaves out what follows from others that stay.
 */
export function judgeAgain(
  item: PlanItem,
  { byId }: Pick<Planned, 'byId'>,
  again: Plan,
  ledger: Ledger,
  ours: (id: string) => boolean,
  of?: 'itself',
): Outcome | undefined {
  const now = again.items.find((i) => i.id === item.id);
  if (!now) {
    const why = again.untouched.find((u) => u.id === item.id)?.reason ?? 'nothing proves any more that it is ours';
    return blocked(item, 'Drift', `it would not be planned now: ${why}; ${MEND}`);
  }
  const guard = of ? itsOwn(now.guard ?? now.lifted) : (now.guard ?? now.lifted);
  // Whether what was used in quarantine goes is asked of an approver when it is watched.
  const decided = ledger.quarantined.has(item.id) ? [RECENTLY_USED] : [];
  if (guard && !knownBefore(guard, item.guard ?? item.lifted, decided))
    return blocked(item, guard.code, `${guard.reason} (so since the plan was made); ${MEND}`, guard.keeps);
  const strangers = now.dependsOn.filter((id) => !byId.has(id) && !ours(id));
  if (strangers.length > 0) return blocked(item, 'StillInUse', `used by ${strangers.join(', ')}, which the plan does not know; ${MEND}`);
  // What it waited for by the plan was asked before.
  const waitsFor = now.dependsOn.filter((id) => byId.has(id) && !item.dependsOn.includes(id) && !isDone(ledger, id));
  if (waitsFor.length > 0) return blocked(item, 'Dependency', `waits for ${waitsFor.join(', ')}`);
  const more = (now.contains ?? []).filter((id) => !item.contains?.includes(id));
  if (more.length > 0) return blocked(item, 'Drift', `it would take along ${more.join(', ')} as well; ${MEND}`);
  return undefined;
}

/** A hold without what only follows from others that need the thing, or lie in it. */
function itsOwn(hold: Hold | undefined): Hold | undefined {
  const parts = hold ? (hold.parts ?? [hold]) : [];
  return combine(...parts.filter((p) => p.inside === undefined && p.code !== 'Shared')).hold;
}
