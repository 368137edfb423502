import type { DiscoveryProgress } from '../../model/messages/progress.ts';

/** Where a discovery is; `state` is Temporal's own word, times in ISO. */
export interface DiscoveryStatus {
  workflowId: string;
  state: string;
  startedAt: string;
  endedAt?: string;
  progress: DiscoveryProgress;
}

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
