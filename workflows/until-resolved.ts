import { allHandlersFinished, condition } from '@temporalio/workflow';
import { LAPSED, UNCONFIRMED, waitsForOthers, type Outcome } from '../model/outcome.ts';
import type { Again } from './again.ts';
import { askAgain } from './gates.ts';
import type { Run, StepOutcome } from './run.ts';
import { allUnresolved, unresolvedIn } from './run-state.ts';

/**
 * A phase ends only when each item that was tried is resolved, or an approver waived it; what a phase before left in place may be open again. Waits for
 * collectors' people, and for waive, retry or amend, both at once; what waited for a waived or retried item is tried again by itself.
 */
export async function untilResolved(run: Run, again: Again): Promise<StepOutcome> {
  while (allUnresolved(run).length > 0 || run.waits.of('collector').length > 0) {
    // A collector that was confirmed by a key that counts no longer needs no approver's decision: its person is asked again.
    if (unconfirmed(run).length > 0) await again(unconfirmed(run).map((o) => o.item));
    const asked = await askedAgain(run, again);
    if (asked === 'again') continue;
    if (asked !== 'done') return asked;
    run.waitForDecision();
    const waived = run.waived.size;
    const collectors = run.waits.of('collector').length;
    const decided = () => run.asked.amend || run.asked.retry.size > 0 || run.waived.size > waived || run.liftedBy !== undefined;
    const wokenUp = () => decided() || run.waits.of('collector').length !== collectors || unconfirmed(run).length > 0;
    await condition(wokenUp, untilFirstDeadline(run));
    if (decided()) {
      // Of decisions made at once the last is still being judged: what is waived must not be tried again.
      await run.judging.waitForUnlock();
      run.waitNoMore('items');
      if (run.liftedBy !== undefined) return 'lifted';
      if (run.asked.amend) return await amending(run);
      await actUpon(run, again);
    } else if (run.stage !== 'data-collection' && run.waits.of('collector').length < collectors) {
      await goOn(run, again);
    } else if (!stillAttended(run)) {
      run.waitNoMore('items');
      return 'unattended';
    }
  }
  return 'done';
}

/** What an approval covered that counts no longer needs no decision by itself: its gate is asked again, and then it goes on. */
async function askedAgain(run: Run, again: Again): Promise<StepOutcome | 'again'> {
  const lapsed = run.undecided.filter((o) => o.code === LAPSED && o.gate !== undefined);
  if (lapsed.length === 0) return 'done';
  for (const gate of new Set(lapsed.flatMap((o) => o.gate ?? []))) {
    const outcome = await askAgain(run, gate);
    if (outcome !== 'done') return outcome;
  }
  await again(lapsed.map((o) => o.item));
  await goOn(run, again);
  return 'again';
}

function unconfirmed(run: Run): Outcome[] {
  return run.undecided.filter((o) => o.code === UNCONFIRMED);
}

/** Milliseconds until the first of those it waits for is late. */
function untilFirstDeadline(run: Run): number {
  return Math.max(1, Math.min(...deadlines(run).map((at) => at - Date.now())));
}

function deadlines(run: Run): number[] {
  return [...run.waits.of('items').map((w) => w.until), ...run.waits.of('collector').map((c) => c.deadline)].map((at) => Date.parse(at));
}

/** Nobody came for a collector that an approver had tried again: then an approver is asked again. Else lateness ends the run. */
function stillAttended(run: Run): boolean {
  const late = run.waits.of('collector').filter((c) => Date.parse(c.deadline) <= Date.now());
  for (const { item } of late) if (unresolvedIn(run, 'data-collection').some((o) => o.item === item)) run.waitNoMore('collector', item);
  return deadlines(run).every((at) => at > Date.now());
}

/** A code that is being entered belongs to the plan in force: its collector's outcome comes before the next plan. */
async function amending(run: Run): Promise<'amend'> {
  if (run.waits.of('collector').length > 0) await condition(allHandlersFinished);
  return 'amend';
}

async function actUpon(run: Run, again: Again): Promise<void> {
  for (const { item } of run.waits.of('collector')) if (run.waived.has(item)) run.waitNoMore('collector', item);
  const retried = [...run.asked.retry, ...heldForWaived(run)].filter((item) => !run.waived.has(item) && !run.waits.collector(item));
  run.asked.retry.clear();
  if (retried.length > 0) await again(retried);
  await goOn(run, again);
}

/** What is held for the sake of what an approver has decided about: it goes, or is asked about by itself. */
function heldForWaived(run: Run): string[] {
  const held = run.undecided.filter((o) => o.heldFor?.some((id) => run.waived.has(id)));
  return held.map((o) => o.item).filter((id) => !run.asked.retry.has(id));
}

/** What merely waited is tried again, wave after wave, as long as a wave resolves something. */
async function goOn(run: Run, again: Again): Promise<void> {
  for (;;) {
    const waiting = run.undecided.filter(waitsForOthers);
    if (waiting.length === 0) return;
    await again(waiting.map((o) => o.item));
    if (run.undecided.filter(waitsForOthers).length === waiting.length) return;
  }
}
