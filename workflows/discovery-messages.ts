import { defineQuery } from '@temporalio/workflow';

/** Answer to the `progress` query: batches of systems, the directory's included; `of` is 0 before the walk has ended. */
export interface DiscoveryProgress {
  stage: 'walk' | 'read' | 'judge' | 'ended';
  read: number;
  of: number;
  /** Who asked, where that was said. */
  by?: string;
}

/** What can be asked of a discovery. Shared with the client. */
export const progress = defineQuery<DiscoveryProgress>('progress');
