import type { DiscoveryProgress } from '../../model/messages/progress.ts';
import { throttledWords, type Retrying, type Throttled } from './status.ts';

/** Where a discovery is; `state` is Temporal's own word, times in ISO. */
export interface DiscoveryStatus {
  workflowId: string;
  state: string;
  startedAt: string;
  endedAt?: string;
  progress: DiscoveryProgress;
  retrying: Retrying[];
  throttled: Throttled[];
}

export function renderDiscovery({ workflowId, state, startedAt, endedAt, progress: p, retrying, throttled }: DiscoveryStatus): string {
  const when = `started ${startedAt}${p.by === undefined ? '' : ` by ${p.by}`}${endedAt === undefined ? '' : `, ended ${endedAt}`}`;
  return [
    `${workflowId}   ${state}   ${when}`,
    `${p.stage}: ${p.read} of ${p.of} batches of systems read. A discovery changes nothing and waits for nobody.`,
    ...retrying.map((r) => `Tried again (${r.activity}, attempt ${r.attempt}, next ${r.next}): ${r.reason}`),
    ...throttledWords(throttled).map((words) => `It ${words}`),
    ...(endedAt === undefined
      ? []
      : ['What it found lies in the folder that it was given (--out): manifest.yaml, inventory.json, inventory.csv']),
  ].join('\n');
}
