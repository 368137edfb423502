import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { smallEstate, STARTER, APPROVER } from '../harness/estate.ts';
import { startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectNothingChanged, expectRefused, isKnown, RUN, runAtPlan, typedIn } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const typedWith = (env: NodeJS.ProcessEnv, ...args: string[]) => typedIn(stage, env, ...args);

/** An address that was free a moment ago: nobody answers there. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `127.0.0.1:${port}`;
}

test('no server at the address: named with it and with the ways to name another', async () => {
  const address = await closedAddress();
  const result = await typedWith({ TEMPORAL_ADDRESS: address }, 'list');
  expectRefused(result, 'NoServer', address, 'start it, or name another with TEMPORAL_ADDRESS');
});

test('no server named at all', async () => {
  const result = await typedWith({ TEMPORAL_ADDRESS: undefined }, 'list', '--json');
  expectRefused(result, 'NoServer', 'set TEMPORAL_ADDRESS');
  expect(JSON.parse(result.out)).toMatchObject({ error: 'NoServer' });
});

test.each<[string, ...string[]]>([
  ['list'],
  ['status', RUN],
  ['watch', RUN],
  ['plan', RUN],
  ['report', RUN],
  ['pause', RUN, '--by', APPROVER],
  ['approve', RUN, '--gate', 'plan', '--plan-hash', 'x', '--by', APPROVER, '--reason', 'read it'],
])('a namespace that the server has not is named with the mend by %s', async (...args) => {
  expectRefused(await typedWith({ TEMPORAL_NAMESPACE: 'elsewhere' }, ...args), 'NoServer', 'no namespace elsewhere', 'TEMPORAL_NAMESPACE');
});

test('nothing is started in a namespace that the server has not', async () => {
  const file = stage.writeManifest(smallEstate().manifest);
  expectRefused(
    await typedWith({ TEMPORAL_NAMESPACE: 'elsewhere' }, 'start', file, '--by', STARTER),
    'NoServer',
    'no namespace elsewhere',
    'TEMPORAL_NAMESPACE',
  );
});

test('no worker on the task queue: nothing is started, nothing sent', async () => {
  const elsewhere = { OFFBOARD_TASK_QUEUE: 'nobody-polls-this' };
  const file = stage.writeManifest(smallEstate().manifest);
  expectRefused(await typedWith(elsewhere, 'start', file, '--by', STARTER), 'NoWorker', 'nobody-polls-this', 'start one (npm run worker)');
  expect(await isKnown(stage, RUN)).toBe(false);
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const approval = ['--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  expectRefused(await typedWith(elsewhere, 'approve', run, ...approval), 'NoWorker', 'OFFBOARD_TASK_QUEUE');
  expect((await stage.view(run)).gate?.gate).toBe('plan');
  await expectNothingChanged(stage);
});

test('how a run ended is shown where no worker is, and just as its worker tells it', async () => {
  const dry = await startedRun(stage, smallEstate(), '--dry-run');
  await stage.session.client.workflow.getHandle(dry).result();
  const asked = await stage.view(dry);
  await stage.stopWorker();
  const { code, out } = await stage.offboard('status', dry, '--json');
  const { retrying, throttled, waits, evidence, ...told } = JSON.parse(out) as Record<string, unknown>;
  expect({ code, told }).toEqual({ code: 0, told: asked });
  expect({ retrying, throttled, waits, evidence }).toEqual({
    retrying: [],
    throttled: [],
    waits: [],
    evidence: expect.any(String) as unknown,
  });
  await stage.startWorker();
});

const ON_UNKNOWN: [verb: string, rest: string[]][] = [
  ['status', []],
  ['watch', []],
  ['plan', []],
  ['report', []],
  ['cancel', ['--by', APPROVER]],
  ['approve', ['--gate', 'plan', '--plan-hash', 'x', '--by', APPROVER, '--reason', 'read it']],
  ['reject', ['--gate', 'plan', '--plan-hash', 'x', '--by', APPROVER, '--reason', 'read it']],
  ['ready', ['collector-aws', '--by', 'dana']],
  ['resend-otp', ['collector-aws', '--by', 'dana']],
  ['confirm', ['collector-aws', '--by', 'dana', '--statement', 'gone']],
  ['waive', ['--by', APPROVER, '--reason', 'stays']],
  ['retry', ['--by', APPROVER, '--reason', 'again']],
  ['amend', ['--by', APPROVER, '--reason', 'again']],
  ['pause', ['--by', APPROVER]],
  ['resume', ['--by', APPROVER]],
];

test.each(ON_UNKNOWN)('%s refuses a workflow id that does not exist', async (verb, rest) => {
  expectRefused(await stage.offboard(verb, 'offboarding-none', ...rest), 'RunNotFound', 'RUN: ', 'no ', 'offboarding-none');
});

test('otp refuses a workflow id that does not exist', async () => {
  const result = await stage.offboardWith('123456\n', 'otp', 'offboarding-none', 'collector-aws', '--by', 'dana');
  expectRefused(result, 'RunNotFound', 'offboarding-none', 'offboard list');
});

test('starting twice attaches to the run that goes on, says so, and applies nothing of the second manifest', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const before = await stage.session.client.workflow.getHandle(run).describe();
  const second = stage.writeManifest({ ...smallEstate().manifest, approvers: ['mallory'] });
  const told = await stage.offboard('start', second, '--by', 'mallory');
  expect([told.code, told.out]).toEqual([0, expect.stringContaining(`${run} is going on already; nothing new was started`)]);
  const { out } = await stage.offboard('start', second, '--by', 'mallory', '--json');
  expect(JSON.parse(out)).toEqual({ workflowId: run, started: false });
  const after = await stage.session.client.workflow.getHandle(run).describe();
  expect(after.runId).toBe(before.runId);
  const view = await stage.view(run);
  expect([view.startedBy, view.awaiting[0]?.whom]).toEqual([STARTER, APPROVER]);
});

test('two starts at once start one run', async () => {
  const file = stage.writeManifest(smallEstate().manifest);
  const both = await Promise.all([1, 2].map(() => stage.offboard('start', file, '--by', STARTER, '--json')));
  const started = both.map(({ out }) => (JSON.parse(out) as { started: boolean }).started);
  expect(started.filter((isNew) => isNew)).toEqual([true]);
});
