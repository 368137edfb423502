import type { RunView } from '../../../model/messages/status.ts';
import { renderStatus } from '../../render/status.ts';
import { waitingFor } from '../../render/waiting.ts';
import { viewOf, evidenceOf } from '../../run/ask.ts';
import { heldOf } from '../../run/retrying.ts';
import type { Session } from '../../run/session.ts';

/** A run as `status` and `watch` show it. Throws RunNotFound, NoWorker. */
export async function showRun(session: Session, run: string, json: boolean, program: string): Promise<{ view: RunView; text: string }> {
  // Asked at once; what the run itself answers, or why it does not, comes first.
  const again = heldOf(session, run);
  again.catch(() => undefined);
  const view = await viewOf(session, run);
  const held = await again;
  const evidence = view.status === 'running' ? undefined : await evidenceOf(session, run);
  if (json) return { view, text: JSON.stringify({ ...view, ...held, waits: waitingFor(view), evidence }) };
  return { view, text: renderStatus(view, held, evidence, program) };
}
