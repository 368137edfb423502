import type { RunView } from '../../model/messages/status.ts';
import { step, type NextStep } from '../../model/next-step.ts';
import { waitingWords } from '../../model/waiting-words.ts';

/** One thing a run waits for, as it is shown: `until` in ISO, absent where nothing ends the waiting. */
export interface Shown {
  whom: string;
  what: string;
  until?: string;
  next: NextStep[];
}

/** Pure: everything a run waits for, a pause included. */
export function waitingFor(view: RunView): Shown[] {
  if (view.status !== 'running') return [];
  const paused: Shown = {
    whom: `${view.startedBy} or an approver`,
    what: `the run is paused, and ${view.restores === undefined ? 'removes' : 'restores'} nothing until it is resumed`,
    next: [step('resume', view.workflowId, '--by', 'NAME')],
  };
  const shown = view.awaiting.map((w) => ({
    whom: w.whom,
    what: waitingWords(w),
    ...(w.until === undefined ? {} : { until: w.until }),
    next: w.next,
  }));
  return view.paused ? [paused, ...shown] : shown;
}
