import { setTimeout as sleep } from 'node:timers/promises';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { resultOf, viewOf } from './ask.ts';
import type { Session } from './session.ts';
import { startRestore } from './start.ts';

/** What an ended run left in quarantine: its tenant, its journal, who wants it back and why. */
export interface LiftOfEnded {
  tenantId: string;
  restores: string;
  by: string;
  reason: string;
}

/**
 * Has what an ended run left in quarantine given back, by a restore of its own that needs no approval, and waits for its end. Undefined where it waits for
 * people. Throws NotAllowed while another restore goes on, and where it is refused.
 */
export async function liftEnded(
  session: Session,
  { by, reason, ...what }: LiftOfEnded,
): Promise<{ workflowId: string; result?: OffboardingResult }> {
  const { handle, isNew } = await startRestore(session, { ...what, startedBy: by, dryRun: false, lift: { reason } });
  const { workflowId } = handle;
  if (!isNew)
    throw new OffboardError('NotAllowed', `${workflowId} is going on; let it end, then lift what is left`, {
      next: [step('status', workflowId)],
    });
  for (;;) {
    const { status, awaiting } = await viewOf(session, workflowId);
    if (status !== 'running') break;
    if (awaiting.length > 0) return { workflowId };
    await sleep(LOOK_AGAIN_MS);
  }
  const result = await resultOf(session, workflowId);
  if (result?.status === 'refused')
    throw new OffboardError('NotAllowed', `RUN: nothing was lifted: ${result.reason}`, { next: result.next ?? [] });
  return { workflowId, ...(result ? { result } : {}) };
}

const LOOK_AGAIN_MS = 300;
