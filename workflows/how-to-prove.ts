import { proxyActivities } from '@temporalio/workflow';
import type { EdgeActivities, HowToProve } from '../activities/index.ts';

/** A person waits. */
const { toldHowToProve } = proxyActivities<EdgeActivities>({ startToCloseTimeout: '10s', scheduleToCloseTimeout: '20s' });

/** How the worker's policy knows who says something, for a client that is about to say it: before a run there is nobody else to ask. */
export async function howToProve(): Promise<HowToProve> {
  return await toldHowToProve();
}
