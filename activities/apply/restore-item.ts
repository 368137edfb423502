import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../model/canonical.ts';
import { describeDiff } from '../../model/diff.ts';
import type { FailureClass } from '../../model/errors.ts';
import type { Json } from '../../model/finding.ts';
import { isSettled, type Ledger } from '../../model/ledger.ts';
import { isResolved, type Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { ToRestore } from '../../model/restore.ts';
import type { Undo } from '../kind.ts';
import { kindOf } from '../look/kinds.ts';
import { persistently, READ_BACK_DELAYS, type Attempt, type ItemSteps } from './remove-item.ts';

/** What holds an item before any cloud is asked: what it uses is not back yet. Pure. */
export function heldUntilBack(item: ToRestore, _plan: Plan, ledger: Ledger): Outcome | undefined {
  const waitsFor = item.dependsOn.filter((id) => !isSettled(ledger, id));
  // It would mean whoever has the name of what was to be made anew, and was left away.
  const away = item.anew === 'used' ? item.dependsOn.filter((id) => isSettled(ledger, id) && !isBack(ledger, id)) : [];
  if (away.length > 0)
    return { item: item.id, outcome: 'blocked', code: 'NotBack', reason: `uses ${away.join(', ')}, which was waived: waive this, too` };
  if (waitsFor.length === 0) return undefined;
  return { item: item.id, outcome: 'blocked', code: 'Dependency', reason: `waits for ${waitsFor.join(', ')}` };
}

function isBack(ledger: Ledger, id: string): boolean {
  const outcome = ledger.outcomes.get(id)?.outcome;
  return outcome !== undefined && isResolved(outcome);
}

/**
 * Gives back items that meet in one write: reads each first, writes the intents, restores, and reads until each is there and the same in
 * every field that can be. What was begun before goes on: `restore` itself refuses a stranger.
 */
export async function restoreTogether(items: ToRestore[], steps: ItemSteps): Promise<Attempt[]> {
  const done: Attempt[] = [];
  const absent: ToRestore[] = [];
  for (const item of items) {
    const look = await persistently(steps.cloud, () => compare(item, steps));
    if (!look.ok && look.failure.kind !== 'gone') done.push(fromFailure(item, look.failure));
    else if (!look.ok || look.value === 'absent') absent.push(item);
    else if (look.value === 'same' && item.anew === 'itself' && !steps.ledger.begun.has(item.id))
      done.push({ item, outcome: strangers(item) });
    else if (look.value === 'same') done.push({ item, outcome: there(item, steps.ledger.begun.has(item.id)) });
    else if (steps.ledger.begun.has(item.id) || look.value.quarantined) absent.push(item);
    else done.push({ item, outcome: blocked(item, 'NameTaken', `something else has its place (${look.value.diff}); it stays as it is`) });
  }
  const [first, ...rest] = absent;
  if (!first) return done;
  await steps.intend(absent);
  const restore = await persistently(steps.cloud, () => undoOf(first, steps).restore(steps.api, [first, ...rest]));
  for (const item of absent) done.push(!restore.ok ? fromFailure(item, restore.failure) : await untilBack(item, steps));
  return done;
}

/** `quarantined`: just as the quarantine of the run it undoes left it. */
type Comparison = 'absent' | 'same' | { diff: string; quarantined: boolean };

/** The item as it stands now beside the plan, without what can never be the same again. */
async function compare(item: ToRestore, steps: ItemSteps): Promise<Comparison> {
  const current = await kindOf(steps.cloud, item).read(steps.api, item);
  if (current === undefined) return 'absent';
  const { comparable } = undoOf(item, steps);
  const left = kindOf(steps.cloud, item).quarantine?.quarantined(item.snapshot);
  const quarantined = left !== undefined && fingerprint(left) === fingerprint(current);
  const [before, after]: [Json, Json] = [comparable(item.snapshot, item.anew), comparable(current, item.anew)];
  return fingerprint(before) === fingerprint(after) ? 'same' : { diff: describeDiff(before, after), quarantined };
}

async function untilBack(item: ToRestore, steps: ItemSteps): Promise<Attempt> {
  let last: Comparison = 'absent';
  for (const delay of READ_BACK_DELAYS) {
    const look = await persistently(steps.cloud, () => compare(item, steps));
    if (!look.ok && look.failure.kind !== 'gone') return fromFailure(item, look.failure);
    last = look.ok ? look.value : 'absent';
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

/** What was to be made anew cannot be there already: whoever made this one may use it for what is given to it. */
function strangers(item: PlanItem): Outcome {
  return blocked(item, 'NameTaken', 'somebody made one of its name since it was purged; it stays as it is');
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
