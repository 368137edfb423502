import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallEstate } from '../harness/estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage({ lingerMs: 50 });
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('a run goes through the four phases in order and leaves nothing of ours and everything else', async () => {
  const run = await startedRun(stage, smallEstate());
  const result = await finish(stage, run);
  expect(result.status).toBe('completed');
  expect(result.phases.map((p) => [p.phase, p.removed])).toEqual([
    ['permissions', 4],
    ['oidc-applications', 1],
    ['data-collection', 1],
    ['sign-in', 1],
  ]);
  const report = await stage.sandbox.client.report();
  expect(report.ours.left).toEqual([]);
  expect(report.untouched.changed).toEqual([]);
  const intents = (await stage.deps.journal.lines(result.run)).flatMap((l) => (l.record.type === 'intent' ? [l.record.phase] : []));
  expect([...new Set(intents)]).toEqual(['permissions', 'oidc-applications', 'data-collection', 'sign-in']);
});
