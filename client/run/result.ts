import type { OffboardingResult } from '../../workflows/offboarding.ts';
import type { Session } from './session.ts';

const WITHIN_MS = 5_000;

/** The result of a run that ended by itself; undefined for one that goes on, was cancelled or is not known. */
export async function resultOf({ client }: Session, workflowId: string, runId?: string): Promise<OffboardingResult | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    return (await client.withDeadline(Date.now() + WITHIN_MS, () => handle.result())) as OffboardingResult;
  } catch {
    return undefined;
  }
}

/** The folder of evidence on the worker's machine, as the run's result names it. */
export async function evidenceOf(session: Session, workflowId: string): Promise<string | undefined> {
  return (await resultOf(session, workflowId))?.evidence;
}
