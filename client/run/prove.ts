import { randomBytes } from 'node:crypto';
import { statementText, type Proof, type Saying } from '../../model/statement/statement.ts';
import type { Session } from './session.ts';

/** How long what is signed may be acted on, unless the worker's policy or the manifest says less. */
const VALID_FOR_MS = 30 * 86_400_000;

/** What an update or a signal says, by its name. */
const SAYING_OF: Record<string, Saying> = {
  acceptRecords: 'accept-records',
  amend: 'amend',
  approve: 'approve',
  cancelledBy: 'cancel',
  collectorReady: 'ready',
  confirmCollector: 'confirm',
  lift: 'lift',
  pause: 'pause',
  reject: 'reject',
  resendOtp: 'resend-otp',
  resume: 'resume',
  retry: 'retry',
  submitOtp: 'otp',
  waive: 'waive',
};

/** A message to a run with its proof, where a key is named. The run's first execution is asked of Temporal. */
export async function proven<M>(session: Session, workflowId: string, name: string, message: M): Promise<M> {
  const says = SAYING_OF[name];
  if (!session.sign || says === undefined) return message;
  const first = (await session.client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo?.firstRunId ?? '';
  const where = { namespace: session.client.options.namespace, workflowId, run: { first } };
  const proof = await session.sign(statementText(where, says, message as object, new Date(), VALID_FOR_MS));
  return { ...message, proof };
}

/** The proof of what begins a run; nothing where no key is named. */
export async function beginProof(
  session: Session,
  workflowId: string,
  says: 'start' | 'restore',
  message: object,
): Promise<{ proof?: Proof }> {
  if (!session.sign) return {};
  const nonce = randomBytes(16).toString('hex');
  const where = { namespace: session.client.options.namespace, workflowId, run: { nonce } };
  return { proof: await session.sign(statementText(where, says, message, new Date(), VALID_FOR_MS)) };
}
