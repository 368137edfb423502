import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { smallEstate } from '../harness/estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, typedIn } from './on-stage.ts';

const stage = new Stage();
const HOME = join(stage.folder, 'home-of-an-approver');
beforeAll(async () => {
  await stage.open();
  mkdirSync(HOME);
  cpSync(stage.home.keys, join(HOME, 'keys.json'));
});
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** Typed where only the keys are. */
async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await typedIn(stage, { OFFBOARD_HOME: HOME }, ...args);
  expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
  return out;
}

test('once Temporal has forgotten a run, it is told from its records as before', async () => {
  const run = await startedRun(stage, smallEstate());
  await finish(stage, run);
  const before = await done('report', run);
  const { client } = stage.session;
  const { runId } = await client.workflow.getHandle(run).describe();
  await client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: run, runId } });
  await expect
    .poll(
      () =>
        client.workflow
          .getHandle(run)
          .describe()
          .catch((e: Error) => e.name),
      { timeout: 60_000 },
    )
    .toBe('WorkflowNotFoundError');
  expect(await done('report', run)).toBe(before);
  expect(await done('status', run)).toBe(before);
  expect(await done('plan', run)).toContain('ours: trusts');
}, 120_000);
