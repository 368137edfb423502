import type { RunView } from '../../workflows/messages.ts';

/** One thing a run waits for, as it is shown: `until` in ISO, absent where nothing ends the waiting. */
export interface Waiting {
  whom: string;
  what: string;
  until?: string;
  command: string;
}

/** Pure: everything a run waits for, a pause included. */
export function waitingFor(view: RunView): Waiting[] {
  if (view.status !== 'running') return [];
  const command = `offboard resume ${view.workflowId} --by NAME`;
  const told = view.awaiting.some((a) => a.command.startsWith('offboard resume'));
  const paused: Waiting = {
    whom: `${view.startedBy} or an approver`,
    what: `the run is paused, and ${view.restores === undefined ? 'removes' : 'restores'} nothing until it is resumed`,
    command,
  };
  return view.paused && !told ? [paused, ...view.awaiting] : view.awaiting;
}
