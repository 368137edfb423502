import { isDiscovery } from '../../../model/run-name.ts';
import { renderDiscovery } from '../../render/discovery.ts';
import { renderStatus } from '../../render/status.ts';
import { waitingFor } from '../../render/waiting.ts';
import { descriptionOf, resultOf, viewOf } from '../../run/ask.ts';
import { discoveryStatus } from '../../run/discovery.ts';
import { heldIn } from '../../run/retrying.ts';
import type { Session } from '../../run/session.ts';

/** A run, or a discovery, as `status` and `watch` show it; `status` is `running` until it ended. Throws RunNotFound, NoWorker. */
export async function showRun(session: Session, run: string, json: boolean, program: string): Promise<{ status: string; text: string }> {
  if (isDiscovery(run)) {
    const found = await discoveryStatus(session, run);
    return { status: found.state, text: json ? JSON.stringify(found) : renderDiscovery(found, program) };
  }
  const described = await descriptionOf(session, run);
  // Of a run that ended its result tells: to ask it, a worker would go through its whole history.
  const result = described.status.name === 'COMPLETED' ? await resultOf(session, run, described.runId) : undefined;
  const view = result?.view ?? (await viewOf(session, run));
  const held = await heldIn(session, described);
  const evidence = view.status === 'running' ? undefined : (result ?? (await resultOf(session, run)))?.evidence;
  if (json) return { status: view.status, text: JSON.stringify({ ...view, ...held, waits: waitingFor(view), evidence }) };
  return { status: view.status, text: renderStatus(view, held, evidence, program) };
}
