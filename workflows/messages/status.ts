import { defineQuery, setHandler } from '@temporalio/workflow';
import { STATUS, type RunView } from '../../model/messages/status.ts';
import type { Run } from '../run.ts';
import { viewOf } from '../view.ts';

export const status = defineQuery<RunView>(STATUS);

export function handleStatus(run: Run): void {
  const what = run.input.restores === undefined ? 'run' : 'restore';
  const description = `Where the ${what} is, what it did, whom it waits for and what to type`;
  setHandler(status, () => viewOf(run), { description });
}
