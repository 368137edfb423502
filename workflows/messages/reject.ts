import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { GateMessage } from '../../model/gate.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { checkGateMessage, passOn } from './gate-decision.ts';

export const reject = defineUpdate<void, [GateMessage]>('reject');
export const rejectSignal = defineSignal<[GateMessage]>('reject');
const description = 'Reject the plan that waits at a gate: {gate, opening, planHash, by, reason}';

export function handleReject(run: Run): void {
  const validator = (message: GateMessage) => checkGateMessage(run, message);
  const work = async (message: GateMessage): Promise<void> => {
    await decided(run, { ...message, kind: 'reject' }, validator, () => passOn(run, message, 'rejected'));
  };
  setHandler(reject, work, { validator, description });
  setHandler(rejectSignal, fromSignal(run, 'reject', validator, work), { description });
}
