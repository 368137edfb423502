import type { Facts } from '../../model/finding.ts';
import type { AzureSnapshot } from './reader.ts';

/** Pure: what a scope tells the judging of others: whether Defender uses what is shared with it, and which deployment stacks own assignments. */
export function azureFacts({ scope, defender, orphans, deploymentStacks: view }: AzureSnapshot): Partial<Facts> {
  return {
    ...(defender ? { defender } : {}),
    ...(orphans ? { azureOrphans: [{ scope, ...orphans }] } : {}),
    ...(view && view.stacks.length > 0 ? { deploymentStacks: view.stacks } : {}),
    ...(view && view.unlisted.length > 0 ? { deploymentStacksUnlisted: view.unlisted } : {}),
  };
}
