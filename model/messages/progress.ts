/** Name of the query that a discovery answers. */
export const PROGRESS = 'progress';

/** Answer to a discovery's `progress`: batches of systems, the directory's included; `of` is 0 before the walk has ended. */
export interface DiscoveryProgress {
  stage: 'walk' | 'read' | 'judge' | 'ended';
  read: number;
  of: number;
  /** Who asked, where that was said. */
  by?: string;
}
