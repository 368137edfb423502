import type { RunView } from '../../../model/messages/status.ts';
import { renderStatus } from '../../render/status.ts';
import { waitingFor } from '../../render/waiting.ts';
import { descriptionOf, resultOf, viewOf } from '../../run/ask.ts';
import { heldIn } from '../../run/retrying.ts';
import type { Session } from '../../run/session.ts';

/** A run as `status` and `watch` show it. Throws RunNotFound, NoWorker. */
export async function showRun(session: Session, run: string, json: boolean, program: string): Promise<{ view: RunView; text: string }> {
  const described = await descriptionOf(session, run);
  // Of a run that ended its result tells: to ask it, a worker would go through its whole history.
  const result = described.status.name === 'COMPLETED' ? await resultOf(session, run, described.runId) : undefined;
  const view = result?.view ?? (await viewOf(session, run));
  const held = await heldIn(session, described);
  const evidence = view.status === 'running' ? undefined : (result ?? (await resultOf(session, run)))?.evidence;
  if (json) return { view, text: JSON.stringify({ ...view, ...held, waits: waitingFor(view), evidence }) };
  return { view, text: renderStatus(view, held, evidence, program) };
}
