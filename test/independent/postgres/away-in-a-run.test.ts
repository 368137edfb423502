import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../../../scripts/postgres/cluster.ts';
import { smallEstate } from '../../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../../harness/people.ts';
import { holdRemovals, removedBy } from '../../harness/removals.ts';
import { Stage } from '../../harness/stage.ts';

let cluster: Cluster;
let stage: Stage;
beforeAll(async () => {
  cluster = await Cluster.start();
  stage = new Stage({ records: await cluster.database('records') });
  await stage.open();
});
afterAll(async () => {
  await stage.close();
  await cluster.remove();
});

/** How often the run has asked for its records. */
async function asked(run: string): Promise<number> {
  const { raw } = await stage.session.client.workflow.getHandle(run).describe();
  return raw.pendingActivities?.find((a) => a.activityType?.name === 'awaitRecords')?.attempt ?? 0;
}

test('a run whose PostgreSQL is away in the middle of phase 1 says so, for as long as it takes, and goes on by itself', async () => {
  const run = await startedRun(stage, smallEstate());
  const hold = holdRemovals(stage, 'aws');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await hold.reached;
  await cluster.down({ crash: true });
  hold.release();
  const waits = await stage.until(run, (v) => v.awaiting.some((w) => w.kind === 'worker'), 120_000);
  expect(waits.stage).toBe('permissions');
  await expect.poll(() => asked(run), { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
  expect((await stage.view(run)).stage).toBe('permissions');
  await cluster.up();
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  const removed = await removedBy(stage, journal);
  expect(removed).toEqual([...new Set(removed)]);
});
