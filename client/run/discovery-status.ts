import type { DiscoveryProgress } from '../../model/messages/progress.ts';
import { discoveryOf } from './ask.ts';
import type { Session } from './session.ts';

/** Where a discovery is; `state` is Temporal's own word, times in ISO. */
export interface DiscoveryStatus {
  workflowId: string;
  state: string;
  startedAt: string;
  endedAt?: string;
  progress: DiscoveryProgress;
}

export function isDiscovery(workflowId: string): boolean {
  return workflowId.startsWith('discovery-');
}

/** Asks a discovery how far it is. Throws OffboardError when there is none, or no worker to answer. */
export async function discoveryStatus(session: Session, workflowId: string): Promise<DiscoveryStatus> {
  const { status, startTime, closeTime, progress } = await discoveryOf(session, workflowId);
  return {
    workflowId,
    state: status.name.toLowerCase(),
    startedAt: startTime.toISOString(),
    ...(closeTime ? { endedAt: closeTime.toISOString() } : {}),
    progress,
  };
}

/** The same for a terminal. */
export function renderDiscovery({ workflowId, state, startedAt, endedAt, progress: p }: DiscoveryStatus): string {
  const when = `started ${startedAt}${p.by === undefined ? '' : ` by ${p.by}`}${endedAt === undefined ? '' : `, ended ${endedAt}`}`;
  return [
    `${workflowId}   ${state}   ${when}`,
    `${p.stage}: ${p.read} of ${p.of} batches of systems read. A discovery changes nothing and waits for nobody.`,
    ...(endedAt === undefined
      ? []
      : ['What it found lies in the folder that it was given (--out): manifest.yaml, inventory.json, inventory.csv']),
  ].join('\n');
}
