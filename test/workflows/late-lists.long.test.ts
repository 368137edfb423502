import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallEstate } from '../harness/estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

/** Lists show what was deleted longer than the whole run takes; single reads do not. */
const stage = new Stage({ linger: 'list=60000' });
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('what lists show long after it is gone is not left over, and holds nothing', async () => {
  const result = await finish(stage, await startedRun(stage, smallEstate()));
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  const report = await stage.sandbox.client.report();
  expect([report.untouched.changed, report.ours.left]).toEqual([[], []]);
});
