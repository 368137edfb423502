import { spell, step } from '../../model/next-step.ts';
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

export function renderDiscovery(status: DiscoveryStatus, program: string): string {
  const { workflowId, state, startedAt, endedAt, progress: p, retrying, throttled } = status;
  const when = `started ${startedAt}${p.by === undefined ? '' : ` by ${p.by}`}${endedAt === undefined ? '' : `, ended ${endedAt}`}`;
  return [
    `${workflowId}   ${state}   ${when}`,
    `${p.stage}: ${p.read} of ${p.of} batches of systems read. A discovery changes nothing and waits for nobody.`,
    ...retrying.map((r) => `Tried again (${r.activity}, attempt ${r.attempt}, next ${r.next}): ${r.reason}`),
    ...throttledWords(throttled).map((words) => `It ${words}`),
    // Whether the folder was written knows the command that waited for it, and that may have ended before.
    ...(state === 'completed'
      ? [
          `What it found: ${spell(step('inventory', workflowId), program)}`,
          'With manifest.yaml and inventory.csv it is in the folder that was named (--out), if the command was still there to write it.',
        ]
      : []),
  ].join('\n');
}
