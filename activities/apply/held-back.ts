import { collectorsLeft, isSettled, type Ledger } from '../../model/ledger.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import { blocked } from './operation.ts';

/** Pure: what holds an item before any cloud is asked: its guard, what it depends on, collectors that still collect. */
export function heldBack(item: PlanItem, plan: Plan, ledger: Ledger): Outcome | undefined {
  if (item.guard) return blocked(item, item.guard.code, item.guard.reason);
  const waitsFor = item.dependsOn.filter((id) => !isSettled(ledger, id));
  if (waitsFor.length > 0) return blocked(item, 'Dependency', `waits for ${waitsFor.join(', ')}`);
  const taker = plan.items.find((i) => i.takesAlong?.includes(item.id) && ledger.waived.has(i.id));
  if (taker && item.override === undefined)
    return blocked(item, 'OwnedByStack', `belongs to ${taker.id}, which an approver decided to leave in place; leave this in place, too`);
  if (item.phase === 'sign-in') {
    const left = collectorsLeft(ledger, plan);
    if (left.length > 0) return blocked(item, 'CollectorsRemain', `data is still collected by ${left.join(', ')}; have them deleted first`);
  }
  return undefined;
}
