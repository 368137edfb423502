import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { GateMessage } from '../../model/gate.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { awaitMore, checkGateMessage, passOn } from './gate-decision.ts';

export const approve = defineUpdate<void, [GateMessage]>('approve');
export const approveSignal = defineSignal<[GateMessage]>('approve');
const description = 'Approve the plan that waits at a gate: {gate, opening, planHash, by, reason}';

export function handleApprove(run: Run): void {
  const validator = (message: GateMessage) => checkGateMessage(run, message);
  const work = async (message: GateMessage): Promise<void> => {
    await decided(run, { ...message, kind: 'approve' }, validator, ({ pending }) =>
      pending ? awaitMore(run, message, pending) : passOn(run, message, 'approved'),
    );
  };
  setHandler(approve, work, { validator, description });
  setHandler(approveSignal, fromSignal(run, 'approve', validator, work), { description });
}
