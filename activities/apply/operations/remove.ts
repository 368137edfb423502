import { refusalToRemove } from '../../../model/approval.ts';
import { fingerprint } from '../../../model/canonical.ts';
import { describeDiff, isRemnant } from '../../../model/diff.ts';
import type { Hold, Json } from '../../../model/finding.ts';
import { guardsNow, heldFor } from '../../../model/left-in-place.ts';
import type { Outcome } from '../../../model/outcome.ts';
import { RUN, step } from '../../../model/next-step.ts';
import { indexOf } from '../../../model/plan-index.ts';
import { BY_NAME_ONLY, type PlanItem, type Plan } from '../../../model/plan.ts';
import type { Deps } from '../../deps.ts';
import { isAnother, isQuarantined, kindOf, quarantineOf } from '../../look/kinds.ts';
import { later } from '../../settle.ts';
import { apply, type ApplyInput, type ApplyResult } from '../engine.ts';
import { blocked, intentOf, type BatchOperation, type Judgement, type Reach } from '../operation.ts';
import { quarantineNotKept } from '../quarantine-kept.ts';
import { byWhom, collectorsLeft, isDone, type Ledger } from '../../../model/ledger.ts';

/** Takes planned items away, for good or as durably as their cloud does it. */
export const REMOVE: BatchOperation = {
  refusal: refusalToRemove,
  held: (item, { deps, plan, ledger, manifest }) =>
    heldBack(item, plan, ledger) ?? quarantineNotKept(item, ledger, manifest, quarantineOf(deps, item) !== undefined),
  opposed: true,
  judgedAgain: true,
  intent: intentOf,
  judge: judgeRemoval,
  together: true,
  seenByTrace: true,
  call: (kind, api, [first, ...rest], { just, current }) => {
    const asItStands = (item: PlanItem) => leftOf(item, current(item));
    return kind.remove(api, [asItStands(first), ...rest.map(asItStands)], just);
  },
  seen: (item, current, kind) =>
    current === undefined || isAnother(kind, current, item) ? gone(item, true, `read back: ${kind.gone ?? 'not found'}`) : undefined,
  unseen: () => ({ code: 'StillVisible', message: 'the cloud accepted the removal but still shows it' }),
};

/** An item without those of its parts that an earlier try took away: they are not asked for again. */
const leftOf = (item: PlanItem, current: Json | undefined): PlanItem =>
  current !== undefined && isRemnant(current, item.snapshot) ? { ...item, snapshot: current } : item;

/** Removes planned items. */
export async function removeItems(deps: Deps, input: ApplyInput): Promise<ApplyResult> {
  return await apply(deps, input, REMOVE);
}

/** `call` when the item is there just as planned; otherwise the outcome that makes a removal needless or forbidden. */
export async function judgeRemoval(item: PlanItem, current: Json | undefined, reach: Reach): Promise<Judgement> {
  const { ledger, known } = reach;
  const kind = kindOf(reach.cloud, item);
  const begun = ledger.openIntents.has(item.id);
  if (current === undefined) {
    const notFound = kind.gone ?? 'not found';
    // One answer alone is no proof that somebody else removed it.
    const again = begun ? undefined : await later(reach.settle, () => kind.read(reach.api, item));
    if (again !== undefined) return await judgeRemoval(item, again, reach);
    const others = begun ? [] : ((await kind.inPlace?.(reach.api, item)) ?? []);
    const newcomer = others.find((o) => !known.has(o.id));
    return newcomer ? drift(item, newcomer.snapshot) : gone(item, begun, begun ? notFound : byWhom(notFound, ledger));
  }
  if (begun && isAnother(kind, current, item)) return gone(item, true, `${kind.gone ?? 'not found'}: another one stands in its place`);
  if (fingerprint(current) === item.fingerprint) return 'call';
  // As this run's quarantine left it: nothing else was changed since.
  const inQuarantine = isQuarantined(kind, current, item.snapshot);
  if (inQuarantine && ledger.quarantined.has(item.id)) return 'call';
  // Begun by us and cut short: it may be half taken apart, but it must be the very same one, and nothing may have been put in its place.
  const same = kind.identity && kind.identity(current) === kind.identity(item.snapshot);
  // A removal may begin with just that step: a service account is disabled first.
  if (begun && same && (inQuarantine || isRemnant(current, item.snapshot))) return 'call';
  return drift(item, current);
}

/** Pure: what changed since the plan waits for an approver, with the difference. */
export function drift(item: PlanItem, current: Json): Outcome {
  const difference = describeDiff(item.snapshot, current);
  return blocked(item, 'Drift', `changed since the plan was made (${difference}); amend the plan to approve what it is now, or waive it`);
}

/** Pure: what is not there any more was removed by us, or by somebody else. */
export function gone(item: PlanItem, byUs: boolean, reason: string): Outcome {
  return { item: item.id, outcome: byUs ? 'removed' : 'already-gone', reason };
}

/** What may be typed where nothing but things that match by name only lie in a thing and keep it there: each is named by itself. */
function toName(guard: Hold, { untouched }: Plan): Pick<Outcome, 'next'> {
  const perhaps = new Set(untouched.filter((u) => u.reason.startsWith(BY_NAME_ONLY)).map((u) => u.id));
  const named = (guard.parts ?? [guard]).flatMap((p) => (p.inside !== undefined && perhaps.has(p.inside) ? [p.inside] : []));
  if (named.length === 0) return {};
  const overrides = named.flatMap((id) => ['--override', `${id}=REASON`]);
  return { next: [step('amend', RUN, ...overrides, '--reason', 'TEXT', '--by', 'NAME')] };
}

/** Pure: what holds an item before any cloud is asked: its guard, what it depends on, collectors that still collect. */
export function heldBack(item: PlanItem, plan: Plan, ledger: Ledger): Outcome | undefined {
  const guard = guardsNow(plan, ledger).get(item.id);
  if (guard) {
    const sake = heldFor(guard, plan, ledger);
    return { ...blocked(item, guard.code, guard.reason, guard.keeps), ...(sake ? { heldFor: sake } : {}), ...toName(guard, plan) };
  }
  const waitsFor = item.dependsOn.filter((id) => !isDone(ledger, id));
  if (waitsFor.length > 0) return blocked(item, 'Dependency', `waits for ${waitsFor.join(', ')}`);
  const container = indexOf(plan)
    .containersOf(item.id)
    .find((i) => ledger.waived.has(i.id));
  if (container && item.override === undefined)
    return blocked(
      item,
      'OwnedByStack',
      `belongs to ${container.id}, which an approver decided to leave in place; leave this in place, too`,
    );
  if (item.phase === 'sign-in') {
    const collecting = collectorsLeft(ledger, plan);
    if (collecting.length > 0)
      return blocked(item, 'CollectorsRemain', `data is still collected by ${collecting.join(', ')}; have them deleted first`);
  }
  return undefined;
}
