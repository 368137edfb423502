import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { Worker } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WorkerCodec } from '../../security/worker-codec.ts';
import type { Policy } from '../../model/policy.ts';
import { normalSshKey } from '../../model/statement/ssh-signature.ts';
import { ClientCodec } from '../../security/client-codec.ts';
import { loadKeys } from '../../security/keys.ts';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';
import { clearRun, expectNothingChanged, RUN, runAtPlan } from '../client/on-stage.ts';
import { APPROVER, smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { GARBAGE, Hostile, plain } from '../harness/hostile.ts';
import { approveGate, resultOf, startedRun } from '../harness/people.ts';
import { sshKey, type SshKey } from '../harness/ssh.ts';
import { Stage } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

/** What somebody gets who may write to the namespace and has no keys, or copies what others encrypted. */

const stage = new Stage();
const hostile = new Hostile(stage);
let asserted: Policy;
beforeAll(async () => {
  await stage.open();
  asserted = stage.deps.policy;
});
afterEach(async () => {
  await clearRun(stage);
  stage.deps.policy = asserted;
});
afterAll(async () => {
  // A replay runs in the main thread and hooks every promise of it, which the SDK never takes back.
  globalHandlers.uninstall();
  await stage.close();
});

const approval = (planHash: string, more: object = {}) => ({
  gate: 'plan',
  opening: 1,
  planHash,
  by: APPROVER,
  reason: 'read it',
  ...more,
});

const keys: Record<string, SshKey> = { [STARTER]: sshKey(), [APPROVER]: sshKey() };
const SIGNED: Policy = {
  identity: 'ssh',
  people: Object.entries(keys).map(([name, key]) => ({ name, keys: [{ key: normalSshKey(key.line) }] })),
  approvers: [STARTER, APPROVER],
  fourEyes: true,
  maxItems: 10_000,
};

/** Types a command as a person, who signs it. */
async function signed(by: string, ...args: string[]): Promise<void> {
  expect(await stage.offboard(...args, '--by', by, '--sign-with', keys[by]?.file ?? '')).toMatchObject({ code: 0 });
}

async function signedRunAtPlan(): Promise<string> {
  stage.deps.policy = SIGNED;
  await signed(STARTER, 'start', await stage.fill(smallEstate()));
  return (await stage.until(RUN, (v) => v.gate?.gate === 'plan')).planHash ?? '';
}

/** Encrypted with the right keys, for this workflow. */
async function encryptedFor(workflowId: string, value: unknown): Promise<Payload[]> {
  const codec = new ClientCodec(loadKeys(stage.home.keys, stage.env));
  return await codec.encode([defaultPayloadConverter.toPayload(value)], { type: 'workflow', namespace: 'default', workflowId });
}

/** What the CLI says of a run that never began. */
async function expectStartRefused(workflowId: string, why: string): Promise<void> {
  await expect(stage.session.client.workflow.getHandle(workflowId).result()).rejects.toThrow('Workflow execution failed');
  for (const command of ['status', 'watch']) {
    const { code, err } = await stage.offboard(command, workflowId);
    expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining(why) as string });
    expect(err).toContain('offboard start MANIFEST --by NAME');
  }
  const { out } = await stage.offboard('list', '--json');
  const rows = JSON.parse(out) as { workflowId: string; result?: string }[];
  expect(rows.find((r) => r.workflowId === workflowId)?.result).toBe('start-refused');
  expect((await hostile.events(workflowId)).filter((e) => e.activityTaskScheduledEventAttributes)).toEqual([]);
  await expectNothingChanged(stage);
}

test('the encrypted start of one run does not begin another', async () => {
  const run = await startedRun(stage, smallEstate(), '--dry-run');
  expect((await resultOf(stage, run)).status).toBe('dry-run');
  const copy = `offboarding-${randomUUID()}`;
  await hostile.start('offboarding', copy, await hostile.startOf(run));
  await expectStartRefused(copy, 'was encrypted for another workflow');
});

test('a start whose binding was rewritten to its new workflow is unreadable', async () => {
  const run = await startedRun(stage, smallEstate(), '--dry-run');
  await resultOf(stage, run);
  const copy = `offboarding-${randomUUID()}`;
  const payloads = (await hostile.startOf(run)).map((p) => ({ ...p, metadata: { ...p.metadata, 'workflow-id': Buffer.from(copy) } }));
  await hostile.start('offboarding', copy, payloads);
  await expectStartRefused(copy, 'cannot be read with the keys of the worker');
});

test.each(GARBAGE.map((payloads, i) => ({ i, payloads })))('a start of garbage, number $i, ends at once', async ({ payloads }) => {
  const id = `offboarding-${randomUUID()}`;
  await hostile.start('offboarding', id, payloads);
  await expect(stage.session.client.workflow.getHandle(id).result()).rejects.toThrow('Workflow execution failed');
});

test('the approval of one run, copied as a signal and as an update, decides nothing in another', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const elsewhere = await encryptedFor('offboarding-other', approval(hash));
  await hostile.signal(run, 'approve', elsewhere);
  const view = await stage.until(run, (v) => v.refusedUnread === 1);
  expect(view.lastRefusal).toBe('approve: was encrypted for another workflow');
  expect(await hostile.update(run, 'approve', elsewhere)).toBeDefined();
  expect((await stage.view(run)).gate?.gate).toBe('plan');
  expect((await stage.offboard('status', run)).out).toContain('Signals refused unread: 1');
  await expectNothingChanged(stage);
  // Just this, encrypted for just this run, decides.
  await hostile.signal(run, 'approve', await encryptedFor(run, approval(hash)));
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
});

const SIGNALS = ['approve', 'reject', 'lift', 'resume', 'cancelledBy', 'nobody-knows-this', '__stack_trace'];
const UPDATES = ['approve', 'reject', 'waive', 'retry', 'amend', 'lift', 'resume', 'acceptRecords', 'collectorReady'];

/** Garbage that names somebody as about to cancel the run holds it, as a pause does. */
async function goesOn(run: string): Promise<void> {
  if ((await stage.view(run)).paused) await stage.offboard('resume', run, '--by', STARTER);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
}

test('a hundred garbage signals and a hundred garbage updates leave the run going on', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  for (let i = 0; i < 100; i++) {
    const payloads = GARBAGE[i % GARBAGE.length] ?? [];
    await hostile.signal(run, SIGNALS[i % SIGNALS.length] ?? '', payloads);
    const failure = await hostile.update(run, UPDATES[i % UPDATES.length] ?? '', payloads);
    expect(failure, `update ${i}`).toBeDefined();
  }
  const failed = (await hostile.events(run)).filter((e) => e.workflowTaskFailedEventAttributes);
  expect(failed.map((e) => e.workflowTaskFailedEventAttributes?.failure?.message)).toEqual([]);
  await goesOn(run);
}, 120_000);

test('garbage that is encrypted with the right keys does not stop a run either', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const values = GARBAGE.flatMap(([payload]) => {
    try {
      return payload ? [defaultPayloadConverter.fromPayload<unknown>(payload)] : [];
    } catch {
      return [];
    }
  });
  expect(values.length).toBeGreaterThan(10);
  for (const value of values) {
    const payloads = await encryptedFor(run, value);
    for (const name of SIGNALS) await hostile.signal(run, name, payloads);
    for (const name of UPDATES) await hostile.update(run, name, payloads);
  }
  const failed = (await hostile.events(run)).filter((e) => e.workflowTaskFailedEventAttributes);
  expect(failed.map((e) => e.workflowTaskFailedEventAttributes?.failure?.message)).toEqual([]);
  await goesOn(run);
}, 120_000);

const startInput = () => ({
  manifest: smallEstate().manifest,
  startedBy: STARTER,
  dryRun: false,
  searchAttributes: true,
});

/** Whether it is taken is asked before the run begins. */
async function plainStart(): Promise<void> {
  await hostile.start('offboarding', RUN, plain(startInput()));
  while (!(await hostile.events(RUN)).some((e) => e.activityTaskScheduledEventAttributes)) await sleep(50);
}

test('under identity: ssh a plain start is refused; under asserted it begins', async () => {
  await stage.fill(smallEstate());
  stage.deps.policy = SIGNED;
  const id = `offboarding-${randomUUID()}`;
  await hostile.start('offboarding', id, plain(startInput()));
  await expectStartRefused(id, 'is not encrypted');
  stage.deps.policy = asserted;
  await plainStart();
  await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect((await stage.view(RUN)).tenantId).toBe(TENANT);
});

test('under identity: ssh plain messages are refused, but for what only stops and for signals with a proof', async () => {
  const hash = await signedRunAtPlan();
  const run = RUN;
  await hostile.signal(run, 'approve', plain(approval(hash)));
  await stage.until(run, (v) => v.refusedUnread === 1);
  expect(await hostile.update(run, 'approve', plain(approval(hash)))).toBeDefined();
  expect((await stage.view(run)).lastRefusal).toBe('approve: is not encrypted');
  await hostile.signal(run, 'pause', plain({ by: 'anybody' }));
  await stage.until(run, (v) => v.paused);
  await hostile.signal(run, 'resume', plain({ by: 'anybody' }));
  await stage.until(run, (v) => v.refusedUnread === 2);
  expect((await stage.view(run)).paused).toBe(true);
  // One with a proof is judged as any other: this one names another plan.
  await hostile.signal(run, 'approve', plain(approval('0'.repeat(64), { proof: { statement: 's', signature: 's' } })));
  const view = await stage.until(run, (v) => v.lastRefusal !== 'resume: is not encrypted');
  expect(view.lastRefusal).toContain('approve: ');
  expect(view.refusedUnread).toBe(2);
  await hostile.signal(run, 'cancelledBy', plain({ by: 'anybody' }));
  await stage.session.client.workflow.getHandle(run).cancel();
  await expect(resultOf(stage, run)).rejects.toThrow('cancelled');
  await expectNothingChanged(stage);
});

test('a policy that changes from asserted to ssh under a run does not lock it: what was taken then stays taken', async () => {
  await stage.fill(smallEstate());
  await plainStart();
  const { gate } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  await hostile.signal(RUN, 'approve', plain(approval(gate?.planHash ?? '')));
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  await stage.stopWorker();
  stage.deps.policy = SIGNED;
  await stage.startWorker();
  const { planHash = '' } = await stage.view(RUN);
  await signed(APPROVER, 'approve', RUN, '--gate', 'collectors', '--plan-hash', planHash, '--reason', 'read it');
  await stage.until(RUN, (v) => v.gate?.gate !== 'collectors');
  expect((await hostile.events(RUN)).filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
});

const SCHEDULE = 1; // COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK

test('an activity that somebody starts by hand with plain words, or with words copied from a run, does nothing', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const copied = (await hostile.events(run)).flatMap((e) => e.activityTaskScheduledEventAttributes?.input?.payloads ?? []);
  for (const payloads of [plain({ run: '../../webroot/site', gate: 'plan', opening: 1, planHash: 'h', forMs: 1 }), copied.slice(0, 1)]) {
    const [queue, id] = [`hostile-${randomUUID()}`, `hostile-${randomUUID()}`];
    await hostile.start('anything', id, [], queue);
    const { taskToken } = await hostile.takeWorkflowTask(queue);
    await hostile.answerWorkflowTask(taskToken, [
      {
        commandType: SCHEDULE,
        scheduleActivityTaskCommandAttributes: {
          activityId: '1',
          activityType: { name: 'openGate' },
          taskQueue: { name: stage.taskQueue },
          input: { payloads },
          scheduleToCloseTimeout: msToTs('30s'),
          heartbeatTimeout: msToTs('30s'),
        },
      },
    ]);
    await hostile.takeWorkflowTask(queue);
    const ended = (await hostile.events(id)).find((e) => e.activityTaskFailedEventAttributes || e.activityTaskCompletedEventAttributes);
    expect(ended?.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo).toMatchObject({
      type: 'Refused',
      nonRetryable: true,
    });
  }
});

test('an encrypted history replays under the id of its own workflow, and under no other', async () => {
  const run = await startedRun(stage, smallEstate(), '--dry-run');
  await resultOf(stage, run);
  const history = await stage.session.client.workflow.getHandle(run).fetchHistory();
  const codec = new WorkerCodec(loadKeys(stage.home.keys, stage.env), { takesPlain: () => true });
  const options = {
    workflowBundle: { codePath: suite('workflowBundle') },
    dataConverter: { failureConverterPath: FAILURE_CONVERTER_PATH, payloadCodecs: [codec] },
  };
  await Worker.runReplayHistory(options, history, run);
  await expect(Worker.runReplayHistory(options, history, 'offboarding-other')).rejects.toThrow(DeterminismViolationError);
});
