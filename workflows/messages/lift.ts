import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { DecideResult } from '../../activities/decide/decision.ts';
import type { LiftMessage } from '../../model/messages/lift.ts';
import { RUN, step } from '../../model/next-step.ts';
import { withoutPhase, type Outcome } from '../../model/outcome.ts';
import { liftWhat } from '../lift.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { areTexts, needTexts, refuse } from './refusal.ts';

/** Answers what became of each item it was about, those that others need included. */
export const lift = defineUpdate<Outcome[], [LiftMessage]>('lift');
export const liftSignal = defineSignal<[LiftMessage]>('lift');
const description = 'Give back what is in quarantine; without items all of it, and the run ends: {by, reason, items?}';

export function handleLift(run: Run): void {
  const validator = (message: LiftMessage) => checkLiftMessage(run, message);
  const work = async (message: LiftMessage): Promise<Outcome[]> => {
    const takeUp = (lifted: DecideResult) => {
      run.waive(lifted.items);
      if (message.items !== undefined) return;
      run.liftedBy = message.by;
      run.waitNoMore('quarantine');
    };
    const { items } = await decided(run, { ...message, kind: 'lift' }, validator, takeUp);
    await liftWhat(run, items);
    return items.flatMap((item) => run.outcomes.get(item) ?? []).map(withoutPhase);
  };
  setHandler(lift, work, { validator, description });
  setHandler(liftSignal, fromSignal(run, 'lift', validator, work), { description });
}

/** Giving back is for the time of watching: before, nothing is in quarantine yet; after, things are being removed. */
function checkLiftMessage(run: Run, message: LiftMessage): void {
  needTexts(message, 'by', 'reason');
  const { items } = message;
  if (items !== undefined && (!areTexts(items) || items.length === 0))
    refuse('InvalidValue', 'items: is not a list of item ids; leave it out to lift everything');
  if (run.started && run.started.mode !== 'quarantine')
    refuse(
      'NotAllowed',
      'lift: this run removes without a quarantine, so that nothing can be lifted; a pause stops it, and what it removed a restore gives back once it has ended',
      step('pause', RUN, '--by', 'NAME'),
    );
  if (run.waits.of('quarantine').length === 0)
    refuse(
      'NotAllowed',
      'lift: no quarantine is being watched now; cancelling stops the run and gives back what is in quarantine',
      step('cancel', RUN, '--by', 'NAME'),
    );
}
