import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../model/canonical.ts';
import { describeDiff, isRemnant } from '../../model/diff.ts';
import type { FailureClass } from '../../model/errors.ts';
import type { Json } from '../../model/finding.ts';
import { isSettled, type Ledger } from '../../model/ledger.ts';
import { collectorsLeft } from '../../model/ledger.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { AnyCloud } from '../cloud.ts';
import { answerOf, type Answer } from '../look/answer.ts';
import { kindOf } from '../look/kinds.ts';

/** How often a thing is read again until it is gone, or back, in ms: 10 tries, 40 s in all. */
export const READ_BACK_DELAYS = [100, 200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000, 11_000];
/** How often a call that may be repeated is, within one try of the activity. */
const RETRY_DELAYS = [200, 1_000, 3_000];
/** A cloud that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_PAUSE = 5_000;

/** What came of trying one item: its outcome, or why it must be tried later. */
export type Attempt = { item: PlanItem; outcome: Outcome } | { item: PlanItem; later: Extract<FailureClass, { kind: 'retry' }> };

export interface ItemSteps {
  cloud: AnyCloud;
  api: unknown;
  ledger: Ledger;
  /** Ids of all that the plan knows of, planned or left untouched. */
  known: ReadonlySet<string>;
  /** Writes the intents, on disk before it resolves. */
  intend(items: PlanItem[]): Promise<void>;
}

/** What holds an item before any cloud is asked: its guard, what it depends on, collectors that still collect. Pure. */
export function heldBack(item: PlanItem, plan: Plan, ledger: Ledger): Outcome | undefined {
  const held = (code: string, reason: string): Outcome => ({ item: item.id, outcome: 'blocked', code, reason });
  if (item.guard) return held(item.guard.code, item.guard.reason);
  const waitsFor = item.dependsOn.filter((id) => !isSettled(ledger, id));
  if (waitsFor.length > 0) return held('Dependency', `waits for ${waitsFor.join(', ')}`);
  const taker = plan.items.find((i) => i.takesAlong?.includes(item.id) && ledger.waived.has(i.id));
  if (taker && item.override === undefined)
    return held('OwnedByStack', `belongs to ${taker.id}, which an approver decided to leave in place; leave this in place, too`);
  if (item.phase === 'sign-in') {
    const left = collectorsLeft(ledger, plan);
    if (left.length > 0) return held('CollectorsRemain', `data is still collected by ${left.join(', ')}; have them deleted first`);
  }
  return undefined;
}

/**
 * Takes away items that meet in one write: reads each again, compares it with the plan, writes the intents, removes, and reads until
 * each is gone. What is gone already is told apart by the journal: an intent without an outcome was our own lost answer.
 */
export async function removeTogether(items: PlanItem[], steps: ItemSteps): Promise<Attempt[]> {
  const done: Attempt[] = [];
  const present: PlanItem[] = [];
  for (const item of items) {
    const look = await persistently(steps.cloud, () => lookAt(item, steps));
    if (!look.ok) done.push(fromFailure(item, look.failure));
    else if (look.value) done.push({ item, outcome: look.value });
    else present.push(item);
  }
  const [first, ...rest] = present;
  if (!first) return done;
  await steps.intend(present);
  const kind = kindOf(steps.cloud, first);
  const removal = await persistently(steps.cloud, () => kind.remove(steps.api, [first, ...rest]));
  for (const item of present) {
    if (!removal.ok && removal.failure.kind !== 'gone') done.push(fromFailure(item, removal.failure));
    else done.push(await untilGone(item, steps));
  }
  return done;
}

/** Undefined when the item is there just as planned; otherwise the outcome that makes a removal needless or forbidden. */
async function lookAt(item: PlanItem, { cloud, api, ledger, known }: ItemSteps): Promise<Outcome | undefined> {
  const kind = kindOf(cloud, item);
  const current = await kind.read(api, item);
  const begun = ledger.openIntents.has(item.id);
  if (current === undefined) {
    const others = begun ? [] : ((await kind.inPlace?.(api, item)) ?? []);
    const newcomer = others.find((o) => !known.has(o.id));
    return newcomer ? drift(item, newcomer.snapshot) : gone(item, begun, kind.gone ?? 'not found');
  }
  if (fingerprint(current) === item.fingerprint) return undefined;
  // As this run's quarantine left it: nothing else was changed since.
  const quarantined = kind.quarantine?.quarantined(item.snapshot);
  const inQuarantine = quarantined !== undefined && fingerprint(current) === fingerprint(quarantined);
  if (inQuarantine && ledger.quarantined.has(item.id)) return undefined;
  // Begun by us and cut short: it may be half taken apart, but it must be the very same one, and nothing may have been put in its place.
  const same = kind.identity && kind.identity(current) === kind.identity(item.snapshot);
  // A removal may begin with just that step: a service account is disabled first.
  if (begun && same && (inQuarantine || isRemnant(current, item.snapshot))) return undefined;
  return drift(item, current);
}

/** Pure: what changed since the plan waits for an approver, with the difference. */
export function drift(item: PlanItem, current: Json): Outcome {
  return {
    item: item.id,
    outcome: 'blocked',
    code: 'Drift',
    reason: `changed since the plan was made (${describeDiff(item.snapshot, current)}); amend the plan to approve what it is now, or waive it`,
  };
}

async function untilGone(item: PlanItem, { cloud, api }: ItemSteps): Promise<Attempt> {
  const readBack = `read back: ${kindOf(cloud, item).gone ?? 'not found'}`;
  for (const delay of READ_BACK_DELAYS) {
    const look = await persistently(cloud, () => kindOf(cloud, item).read(api, item));
    if (!look.ok) {
      if (look.failure.kind === 'gone') return { item, outcome: gone(item, true, readBack) };
      return fromFailure(item, look.failure);
    }
    if (look.value === undefined) return { item, outcome: gone(item, true, readBack) };
    await sleep(delay);
  }
  return { item, later: { kind: 'retry', code: 'StillVisible', message: 'the cloud accepted the removal but still shows it' } };
}

export function gone(item: PlanItem, byUs: boolean, reason: string): Outcome {
  return { item: item.id, outcome: byUs ? 'removed' : 'already-gone', reason };
}

export function fromFailure(item: PlanItem, failure: FailureClass): Attempt {
  switch (failure.kind) {
    case 'gone':
      return { item, outcome: gone(item, false, 'not found') };
    case 'retry':
      return { item, later: failure };
    case 'blocked':
      return { item, outcome: { item: item.id, outcome: 'blocked', code: failure.code, reason: failure.message } };
  }
}

/** Repeats a call that may be repeated a few times, minding the cloud's own Retry-After. */
export async function persistently<T>(cloud: AnyCloud, ask: () => Promise<T>): Promise<Answer<T>> {
  for (let round = 0; ; round++) {
    const answer = await answerOf(cloud, ask);
    const delay = RETRY_DELAYS[round];
    if (answer.ok || answer.failure.kind !== 'retry' || delay === undefined) return answer;
    const pause = answer.failure.retryAfterMs ?? delay;
    if (pause > LONGEST_PAUSE) return answer;
    await sleep(pause);
  }
}
