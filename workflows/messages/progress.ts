import { defineQuery, setHandler } from '@temporalio/workflow';
import { PROGRESS, type DiscoveryProgress } from '../../model/messages/progress.ts';

/** What can be asked of a discovery, and nothing else can be said to it. */
export const progress = defineQuery<DiscoveryProgress>(PROGRESS);

export function handleProgress(now: () => DiscoveryProgress): void {
  setHandler(progress, now, { description: 'How far the discovery is' });
}
