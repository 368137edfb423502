import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { TakeInventoryResult } from '../activities/discover/inventory.ts';
import { plain } from '../model/markdown.ts';
import type { DiscoveryProgress } from '../model/messages/progress.ts';
import { runName } from '../model/run-name.ts';
import { startDiscovery, takeInventory } from './activities.ts';
import { handleProgress } from './messages/progress.ts';
import { readEstate } from './read-estate.ts';

export interface DiscoveryInput {
  /** What to look at: the tenant and systems of a manifest. Checked again by the worker. */
  scope: { tenant: { id: string } };
  /** Who asked. */
  by?: string;
}

/** Walks, reads and judges an estate as an offboarding does, changes nothing, and ends with an inventory of what was found. */
export async function discovery({ scope, by }: DiscoveryInput): Promise<TakeInventoryResult> {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const run = runName(workflowId, firstExecutionRunId);
  let now: DiscoveryProgress = { stage: 'walk', read: 0, of: 0, ...(by === undefined ? {} : { by }) };
  const show = (next: DiscoveryProgress) => {
    now = next;
    setCurrentDetails(
      `**Discovery** of tenant ${plain(String(scope.tenant.id))}: ${now.stage}, ${now.read} of ${now.of} batches read. Changes nothing.`,
    );
  };
  handleProgress(() => now);
  show(now);
  const { manifest } = await startDiscovery({ run, scope });
  const estate = await readEstate(run, manifest, { onBatch: (read, of) => show({ ...now, stage: 'read', read, of }) });
  show({ ...now, stage: 'judge' });
  const result = await takeInventory({ run, scope, ...(by === undefined ? {} : { by }), ...estate });
  show({ ...now, stage: 'ended' });
  return result;
}
