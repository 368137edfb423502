import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../model/canonical.ts';
import { describeDiff } from '../../model/diff.ts';
import type { FailureClass } from '../../model/errors.ts';
import type { Json } from '../../model/finding.ts';
import { isSettled, type Ledger } from '../../model/ledger.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { Undo } from '../kind.ts';
import { kindOf, persistently, READ_BACK_DELAYS, type Attempt, type ItemSteps } from './remove-item.ts';

/** What holds an item before any cloud is asked: what it uses is not back yet. Pure. */
export function heldUntilBack(item: PlanItem, _plan: Plan, ledger: Ledger): Outcome | undefined {
  const waitsFor = item.dependsOn.filter((id) => !isSettled(ledger, id));
  if (waitsFor.length === 0) return undefined;
  return { item: item.id, outcome: 'blocked', code: 'Dependency', reason: `waits for ${waitsFor.join(', ')}` };
}

/**
 * Gives back items that meet in one write: reads each first, writes the intents, restores, and reads until each is there and the same in
 * every field that can be. What was begun before goes on: `restore` itself refuses a stranger.
 */
export async function restoreTogether(items: PlanItem[], steps: ItemSteps): Promise<Attempt[]> {
  const done: Attempt[] = [];
  const absent: PlanItem[] = [];
  for (const item of items) {
    const look = await persistently(steps.cloud, () => compare(item, steps));
    if ('failure' in look && look.failure.kind !== 'gone') done.push(fromFailure(item, look.failure));
    else if ('failure' in look || look.value === 'absent') absent.push(item);
    else if (look.value === 'same') done.push({ item, outcome: there(item, steps.ledger.begun.has(item.id)) });
    else if (steps.ledger.begun.has(item.id)) absent.push(item);
    else done.push({ item, outcome: blocked(item, 'NameTaken', `something else has its place (${look.value.diff}); it stays as it is`) });
  }
  const [first, ...rest] = absent;
  if (!first) return done;
  await steps.intend(absent);
  const restore = await persistently(steps.cloud, () => undoOf(first, steps).restore(steps.api, [first, ...rest]));
  for (const item of absent) done.push('failure' in restore ? fromFailure(item, restore.failure) : await untilBack(item, steps));
  return done;
}

type Comparison = 'absent' | 'same' | { diff: string };

/** The item as it stands now beside the plan, without what can never be the same again. */
async function compare(item: PlanItem, steps: ItemSteps): Promise<Comparison> {
  const current = await kindOf(steps.cloud, item).read(steps.api, item);
  if (current === undefined) return 'absent';
  const { comparable } = undoOf(item, steps);
  const [before, after]: [Json, Json] = [comparable(item.snapshot), comparable(current)];
  return fingerprint(before) === fingerprint(after) ? 'same' : { diff: describeDiff(before, after) };
}

async function untilBack(item: PlanItem, steps: ItemSteps): Promise<Attempt> {
  let last: Comparison = 'absent';
  for (const delay of READ_BACK_DELAYS) {
    const look = await persistently(steps.cloud, () => compare(item, steps));
    if ('failure' in look && look.failure.kind !== 'gone') return fromFailure(item, look.failure);
    last = 'failure' in look ? 'absent' : look.value;
    if (last === 'same') return { item, outcome: there(item, true) };
    await sleep(delay);
  }
  if (last !== 'absent') return { item, outcome: blocked(item, 'NotTheSame', `it is back, but not as it was (${last.diff})`) };
  return { item, later: { kind: 'retry', code: 'NotVisible', message: 'the cloud accepted the restore but does not show it yet' } };
}

function undoOf(item: PlanItem, { cloud }: ItemSteps): Undo<unknown> {
  const { undo } = kindOf(cloud, item);
  if (!undo) throw new Error(`${item.kind} has no undo`);
  return undo;
}

function there(item: PlanItem, byUs: boolean): Outcome {
  return byUs
    ? { item: item.id, outcome: 'restored', reason: 'read back: the same in every field that can be' }
    : { item: item.id, outcome: 'already-there', reason: 'there already, and the same in every field that can be' };
}

function blocked(item: PlanItem, code: string, reason: string): Outcome {
  return { item: item.id, outcome: 'blocked', code, reason };
}

function fromFailure(item: PlanItem, failure: FailureClass): Attempt {
  switch (failure.kind) {
    case 'gone':
      return { item, outcome: blocked(item, 'PartMissing', 'something that it needs is not there') };
    case 'retry':
      return { item, later: failure };
    case 'blocked':
      return { item, outcome: blocked(item, failure.code, failure.message) };
  }
}
