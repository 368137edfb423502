import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect, onTestFinished, test } from 'vitest';
import { workersOn } from '../../worker/share.ts';
import { suite } from '../harness/suite.ts';

test('as many workers share a quota as ask for activities of the task queue', async () => {
  const address = suite('temporalAddress');
  const connection = await NativeConnection.connect({ address });
  // Two in one process are refused by the SDK, so the polls are made by hand.
  const polling = await Connection.connect({ address });
  onTestFinished(async () => {
    await polling.close();
    await connection.close();
  });
  const taskQueue = `share-${randomUUID()}`;
  const known = () => workersOn(connection, 'default', taskQueue);
  expect(await known()).toBe(1);
  const poll = (identity: string) =>
    polling
      .withDeadline(Date.now() + 60_000, () =>
        polling.workflowService.pollActivityTaskQueue({ namespace: 'default', taskQueue: { name: taskQueue }, identity }),
      )
      .catch(() => undefined);
  void poll('one');
  void poll('other');
  void poll('other');
  await expect.poll(known, { timeout: 20_000 }).toBe(2);
});
