import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadKeys } from '../../security/keys.ts';
import { deploymentOf } from '../../temporal/deployment.ts';
import { createWorker } from '../../worker/worker.ts';
import { abandonRun } from '../harness/abandon.ts';
import { MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { approveRestore, begunRestore, restoreResult } from '../harness/restores.ts';
import { Stage } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

/** Another version of this program takes over, in the middle of a run. */

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => abandonRun(stage));
afterAll(() => stage.close());

/** As if a later version made the plan before it looks at the preconditions. */
function otherWorkflow(): { code: string } {
  const code = readFileSync(suite('workflowBundle'), 'utf8');
  const altered = code.replace(/called\('startRun', (OPTIONS\);.*?)called\('makePlan', /s, "called('makePlan', $1called('startRun', ");
  expect(altered).not.toBe(code);
  return { code: altered };
}

test('a run that the workflow of its worker does not know is told as such, also to whoever decides; with the right worker it goes on', async () => {
  const run = await startedRun(stage, smallEstate());
  const { planHash } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.stopWorker();
  await stage.startWorker(otherWorkflow());
  const words = new RegExp(`this worker does not know ${run}: .*'startRun' does not match .*'makePlan'; .*start a worker of that version`);
  expect(await stage.offboard('status', run)).toMatchObject({ code: 21, err: expect.stringMatching(words) as string });
  const approval = ['--gate', 'plan', '--plan-hash', planHash ?? '', '--by', 'riley.approver@contoso.example', '--reason', 'read it'];
  expect(await stage.offboard('approve', run, ...approval)).toMatchObject({ code: 21, err: expect.stringMatching(words) as string });
  await stage.stopWorker();
  await stage.startWorker();
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
});

const build = (deploymentName: string, buildId: string) =>
  deploymentOf({ OFFBOARD_DEPLOYMENT: deploymentName, OFFBOARD_BUILD_ID: buildId });

/** Has runs begin with this build from now on, once one of its workers polls. */
async function makeCurrent(deploymentName: string, buildId: string): Promise<void> {
  const request = { namespace: 'default', deploymentName, buildId, identity: 'test' };
  await expect
    .poll(
      async () =>
        await stage.session.connection.workflowService.setWorkerDeploymentCurrentVersion(request).then(
          () => 'set',
          (error: unknown) => String(error),
        ),
      { timeout: 30_000 },
    )
    .toBe('set');
}

/** The build that a run, or a restore, is of. */
async function buildOf(workflowId: string): Promise<string | null | undefined> {
  const { raw } = await stage.session.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
}

test('with Worker Versioning a run stays with its build across each of its gates, and a restore across its own, while another one is current', async () => {
  const name = `offboard-${randomUUID()}`;
  await stage.stopWorker();
  await stage.startWorker({ codePath: suite('workflowBundle') }, build(name, '1'));
  await makeCurrent(name, '1');
  const estate = smallEstate();
  estate.manifest.waves = { pilot: [`aws:${MEMBER_ACCOUNT}`, `aws:${OIDC_ACCOUNT}`], soak: '100ms' };
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');

  const settings = { address: suite('temporalAddress'), namespace: 'default', options: {} };
  const ring = loadKeys(stage.home.keys, stage.env);
  const later = await createWorker(settings, stage.taskQueue, ring, stage.deps, otherWorkflow(), build(name, '2'));
  const ended = later.worker.run();
  await makeCurrent(name, '2');
  // What begins now is read by the other build; the run itself goes on with its own.
  expect(await stage.offboard('plan', run)).toMatchObject({ code: 0 });
  for (const gate of ['plan', 'wave', 'collectors'] as const) await approveGate(stage, run, gate);
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await buildOf(run)).toBe('1');

  await makeCurrent(name, '1');
  const restore = await begunRestore(stage, run);
  await makeCurrent(name, '2');
  await approveRestore(stage, restore.workflowId);
  expect(await restoreResult(stage, restore.workflowId)).toMatchObject({ status: 'completed' });
  expect(await buildOf(restore.workflowId)).toBe('1');
  later.worker.shutdown();
  await ended;
  await later.connection.close();
});
