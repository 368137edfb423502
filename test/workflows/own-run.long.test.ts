import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createActivities, type Activities } from '../../activities/index.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { abandonRun } from '../harness/abandon.ts';
import { asRun } from '../harness/as-run.ts';
import { ByHand } from '../harness/by-hand.ts';
import { smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { approveGate, finish, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
const byHand = new ByHand(stage);
beforeAll(async () => {
  await stage.open();
  await byHand.open();
});
afterAll(async () => {
  await byHand.close();
  await stage.close();
});
afterEach(() => abandonRun(stage));

const HASH = 'a'.repeat(64);
const batch = { phase: 'permissions', type: 'aws', wave: 'rest', stage: 'grants', index: 0 } as const;
const gate = { gate: 'plan', opening: 1 } as const;
const arrivedAt = new Date().toISOString();
const collector = { planHash: HASH, item: 'data-collector:collector-aws', by: STARTER, arrivedAt };
const estate = { manifest: HASH, readings: [HASH] };
const apply = { planHash: HASH, work: batch };

/** What each activity would take, but for its run. */
const INPUTS: { [K in keyof Activities]: Omit<Parameters<Activities[K]>[0], 'run'> } = {
  startRun: { workflowId: 'offboarding-x', manifest: smallEstate().manifest, startedBy: STARTER, dryRun: false, arrivedAt },
  startRestore: {
    workflowId: 'restore-x',
    restores: `offboarding-${TENANT}_${randomUUID()}`,
    startedBy: STARTER,
    tenantId: TENANT,
    dryRun: false,
    arrivedAt,
  },
  startDiscovery: { scope: { tenant: { id: TENANT } } },
  walk: { manifest: HASH },
  readBatch: { manifest: HASH, index: 0 },
  takeInventory: { ...estate, scope: { tenant: { id: TENANT } }, described: HASH },
  checkBreaker: { ...estate, read: { systems: 1, of: 2 } },
  makePlan: estate,
  makeRestorePlan: { restores: `offboarding-${TENANT}_${randomUUID()}` },
  openGate: { ...gate, planHash: HASH, forMs: 1000 },
  closeGate: { ...gate, outcome: 'approved' },
  remind: { ...gate, stage: 'reminder' },
  recordDecision: { phase: 'permissions', decision: { kind: 'cancel', by: STARTER }, arrivedAt },
  removeItems: apply,
  putInQuarantine: apply,
  watchQuarantine: { last: true },
  liftQuarantine: { planHash: HASH },
  restoreItems: apply,
  requestDeletion: collector,
  resendOtp: collector,
  reopenLapsed: { planHash: HASH },
  enterOtp: { ...collector, sealedOtp: 'sealed' },
  confirmCollector: { ...collector, statement: 'gone' },
  awaitRecords: {},
  confirmGone: { planHash: HASH, work: batch },
  verify: estate,
  readOwnAccess: {},
  adoptRun: { adopt: `offboarding-${TENANT}`, by: STARTER },
  endRun: { status: 'failed', reason: 'by hand' },
};
const NAMES = Object.keys(INPUTS) as (keyof Activities)[];

/** All that lies in the stage's folder, but for what the database writes beside itself. */
const files = () =>
  readdirSync(stage.folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => !/records\.\w+-(wal|shm)$/.test(f))
    .toSorted();

async function waitingRun(): Promise<{ run: string; journal: string; planHash: string }> {
  const run = await startedRun(stage, smallEstate());
  const { run: journal, planHash = '' } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  return { run, journal, planHash };
}

async function nothingWritten(journal: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(join(stage.folder, 'webroot', 'site'), { recursive: true });
  const seen = async () => ({ files: files(), runs: await stage.deps.journal.runs(), lines: await stage.deps.journal.lines(journal) });
  const before = await seen();
  await work();
  expect(await seen()).toEqual(before);
}

const refused = (answer: unknown, message: string) =>
  expect(answer).toMatchObject({ type: 'NotAuthorized', nonRetryable: true, message: expect.stringContaining(message) as string });

test('every activity that is registered is in the table of forged inputs', () => {
  expect(Object.keys(createActivities(stage.deps)).toSorted()).toEqual(
    [...NAMES, 'examine', 'readRecords', 'takesPlain', 'toldHowToProve'].toSorted(),
  );
});

// A workflow for each activity and name.
test('a workflow of somebody’s own has no activity write to a path, to another run, to another tenant’s, or to one named after itself; other runs go on', async () => {
  const { run, journal } = await waitingRun();
  await nothingWritten(journal, async () => {
    const runs = ['../../webroot/site', `./${journal}`, journal, `offboarding-${randomUUID()}_${randomUUID()}`, '{own}'];
    // One name after the other: a small machine is busy with these.
    for (const forged of runs) {
      const known = forged === journal || forged.startsWith('offboarding-');
      const why = known ? 'is not that of the workflow that calls' : 'is not the name of a run';
      await Promise.all(NAMES.map(async (name) => refused(await byHand.call(name, { ...INPUTS[name], run: forged }), why)));
    }
  });
  expect(await finish(stage, run)).toMatchObject({ status: 'completed' });
}, 300_000);

test('a workflow that is named as a path has none of its activities done', async () => {
  const { journal } = await waitingRun();
  await nothingWritten(journal, async () => {
    for (const name of ['startRun', 'endRun'] as const)
      refused(await byHand.call(name, { ...INPUTS[name], run: '{own}' }, `../../${randomUUID()}`), 'is not the name of a run');
  });
});

test('a workflow under the name of another tenant’s run has done what begins that one’s own run alone, and that not with this tenant’s manifest', async () => {
  const { journal } = await waitingRun();
  const begins = new Set(['awaitRecords', 'endRun']);
  await nothingWritten(journal, async () => {
    for (const sort of ['offboarding', 'offboarding-dry-run', 'restore', 'restore-dry-run', 'discovery'] as const)
      for (const name of NAMES.filter((n) => !begins.has(n))) {
        const answer = await byHand.call(name, { ...INPUTS[name], run: '{own}' }, workflowIdOf(sort, randomUUID()));
        // What is not refused by sort and state is refused for the tenant, or finds no such artifact.
        expect([name, sort, answer]).toMatchObject([
          name,
          sort,
          { type: expect.stringMatching(/^(NotAuthorized|Invalid|Records)$/) as string },
        ]);
      }
  });
});

test('an activity that no workflow calls is refused', async () => {
  const { journal } = await waitingRun();
  const activities = createActivities(stage.deps) as unknown as Record<string, (input: unknown) => Promise<unknown>>;
  const { workflowExecution: _, ...alone } = new MockActivityEnvironment().context.info;
  await nothingWritten(journal, async () => {
    for (const name of [...NAMES, 'examine', 'readRecords']) {
      const environment = new MockActivityEnvironment(
        { ...alone, inWorkflow: false },
        { client: stage.session.client, logger: new DefaultLogger('ERROR') },
      );
      // What the environment fills in by itself.
      Object.assign(environment.context.info, { workflowExecution: undefined });
      const input =
        name === 'readRecords' ? { name: journal, from: { line: 0, byte: 0 } } : { ...INPUTS[name as keyof Activities], run: journal };
      const call = () => activities[name]?.(input) ?? Promise.resolve();
      const answer = await environment.run<[], unknown, typeof call>(call).catch((error: unknown) => error);
      refused(answer, 'no workflow calls this activity');
    }
  });
});

test('whoever calls in the name of a run itself opens no gate but of the plan in force, closes none as nobody decided, and brings no other manifest', async () => {
  const { run, journal, planHash } = await waitingRun();
  const { manifest = '' } = await stage.deps.journal.ledger(journal);
  const mine = (change: object) => stage.deps.artifacts.put(journal, { ...smallEstate().manifest, ...change });
  const other = await mine({ protected: [] });
  const another = await mine({ tenant: { id: randomUUID() } });
  await nothingWritten(journal, async () => {
    const as = <K extends keyof Activities>(name: K, input: Omit<Parameters<Activities[K]>[0], 'run'>) =>
      asRun(stage, journal, name, { ...input, run: journal });
    refused(await as('openGate', { gate: 'plan', opening: 2, planHash: HASH, forMs: 1000 }), 'that plan is not in force');
    refused(await as('openGate', { gate: 'restore', opening: 1, planHash, forMs: 1000 }), 'has no such gate');
    refused(await as('closeGate', { gate: 'plan', opening: 1, outcome: 'approved' }), 'nobody decided');
    refused(await as('closeGate', { gate: 'collectors', opening: 1, outcome: 'expired' }), 'was not opened');
    refused(await as('remind', { gate: 'wave', opening: 1, stage: 'reminder' }), 'was not opened');
    refused(await as('makePlan', { manifest: other, readings: [] }), 'not that which this run was started with');
    refused(await as('verify', { manifest: another, readings: [] }), 'not of the tenant');
    refused(await as('restoreItems', { planHash, work: batch }), 'does no restoreItems');
    refused(await as('takeInventory', { manifest, readings: [], scope: {}, described: HASH }), 'does no takeInventory');
    refused(await as('removeItems', { planHash, work: { phase: 'permissions', items: [1] } } as never), 'not an input of this activity');
    refused(await as('endRun', { status: 'superseded', reason: '' }), 'status: invalid_value');
    const begun = {
      workflowId: run,
      startedBy: 'mallory',
      dryRun: false,
      arrivedAt,
      manifest: { ...smallEstate().manifest, protected: ['x'] },
    };
    expect(await as('startRun', begun)).toMatchObject({ message: expect.stringContaining('another than the run began with') as string });
  });
});

test('after its end nothing is written to a run, whoever calls', async () => {
  const { run, journal } = await waitingRun();
  await finish(stage, run);
  const intents = await intentsOf(stage, journal);
  await nothingWritten(journal, async () => {
    for (const name of NAMES.filter((n) => n !== 'awaitRecords' && n !== 'endRun'))
      expect([name, await asRun(stage, journal, name, { ...INPUTS[name], run: journal })]).toMatchObject([
        name,
        expect.any(ApplicationFailure) as unknown,
      ]);
    // Its evidence may be written again, as its records say.
    const again = await asRun(stage, journal, 'endRun', { run: journal, status: 'failed', reason: 'by hand' });
    expect(again).toMatchObject({ result: { status: 'completed' } });
  });
  expect(await intentsOf(stage, journal)).toEqual(intents);
});

test.each([
  ['while it waits for its approval', false],
  ['after its plan was approved, which is asked for once more, at the next opening', true],
])('a run that was reset is the same run, and goes on to its end: %s', async (_, approved) => {
  const { run, journal } = await waitingRun();
  if (approved) {
    await approveGate(stage, run, 'plan');
    await stage.until(run, (v) => v.gate?.gate === 'collectors');
  }
  const handle = stage.session.client.workflow.getHandle(run);
  const { raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const task = events?.find((e) => e.workflowTaskCompletedEventAttributes)?.eventId;
  await stage.session.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    requestId: randomUUID(),
    reason: 'tried',
    workflowTaskFinishEventId: task ?? null,
    workflowExecution: raw.workflowExecutionInfo?.execution ?? null,
  });
  const { raw: now } = await handle.describe();
  expect(now.workflowExecutionInfo?.execution?.runId).not.toBe(raw.workflowExecutionInfo?.execution?.runId);
  const asked = await stage.until(run, (v) => v.gate?.gate === 'plan');
  expect(asked.gate).toMatchObject({ opening: approved ? 2 : 1, planHash: asked.planHash });
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', run: journal });
});
