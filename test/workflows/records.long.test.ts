import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openRecords } from '../../activities/records/open.ts';
import type { SqliteStore } from '../../activities/records/sqlite/store.ts';
import { awaited } from '../../model/waiting.ts';
import type { RunView } from '../../model/messages/status.ts';
import { loadKeys } from '../../security/keys.ts';
import { asRun } from '../harness/as-run.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate, STARTER } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { memberRole } from '../harness/member-roles.ts';
import { holdRemovals, removedBy } from '../harness/removals.ts';
import { signedBy } from '../harness/signed.ts';
import { Stage, type CliResult } from '../harness/stage.ts';
import { expectRefused } from '../client/on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => abandonRun(stage));
afterAll(() => stage.close());

const waitsForWorker = (v: RunView) => awaited(v.awaiting, 'worker').length > 0;
const ASKED = ['--by', APPROVER, '--reason', 'the disk is lost'];

/** Has the worker of the stage work with the records of another folder. */
async function withRecordsOf<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { deps } = stage;
  const own = { journal: deps.journal, artifacts: deps.artifacts };
  const other = await openRecords({ OFFBOARD_HOME: join(stage.folder, folder) }, loadKeys(stage.home.keys, stage.env), { create: true });
  await stage.stopWorker();
  Object.assign(deps, { journal: other.journal, artifacts: other.artifacts });
  await stage.startWorker();
  try {
    return await work();
  } finally {
    Object.assign(deps, own);
    await stage.stopWorker();
    await stage.startWorker();
    await other.store.close();
  }
}

/** As typed by whoever has read the plan that waits; its answer, whatever it is. */
async function approve(run: string, gate: 'plan' | 'collectors'): Promise<CliResult> {
  const { gate: open } = await stage.view(run);
  return await stage.offboard('approve', run, '--gate', gate, '--plan-hash', open?.planHash ?? '', '--by', APPROVER, '--reason', 'read it');
}

/** A copy of the records as they are now. */
async function copied(name: string): Promise<string> {
  const file = join(stage.folder, name);
  await (stage.deps.journal.store as SqliteStore).ask('backup', file);
  return file;
}

/** As somebody does who restores a backup by hand. */
function putBack(file: string): void {
  for (const end of ['-wal', '-shm']) rmSync(stage.home.records + end, { force: true });
  cpSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, stage.home.records);
}

test('a worker with other records does nothing and says so; with the right ones the run goes on by itself', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await withRecordsOf('elsewhere', async () => {
    const refused = await approve(run, 'plan');
    expect(refused.code).toBe(26);
    expect(refused.err).toContain('the worker has other records than this run');
    expect(refused.err).toContain(join(stage.folder, 'elsewhere', 'records.sqlite'));
  });
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await withRecordsOf('elsewhere', async () => {
    await stage.offboard('pause', run, '--by', STARTER);
    expect(await stage.offboard('resume', run, '--by', STARTER)).toMatchObject({ code: 26 });
  });
  await stage.offboard('resume', run, '--by', STARTER);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
});

test('a run under way waits for a worker that has its records, says so in its status, and goes on at once when there is one', async () => {
  await stage.stopWorker();
  const file = stage.writeManifest(smallEstate().manifest);
  await stage.startWorker();
  await stage.fill(smallEstate());
  const started = await stage.offboard('start', file, '--by', STARTER, '--json');
  const { workflowId: run } = JSON.parse(started.out) as { workflowId: string };
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.offboard('pause', run, '--by', STARTER);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.stage === 'permissions' && v.paused);
  await stage.offboard('resume', run, '--by', STARTER);
  await stage.stopWorker();
  await withRecordsOf('elsewhere', async () => {
    const view = await stage.until(run, waitsForWorker);
    expect(view.status).toBe('running');
    const { out } = await stage.offboard('status', run);
    expect(out).toContain('other records than this run');
  });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

test('a backup that is put back is noticed before anything is changed; put right, the run goes on', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const old = await copied('old');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  const removed = await removedBy(stage, journal);
  const whole = await copied('whole');
  putBack(old);
  const refused = await approve(run, 'collectors');
  expect(refused.code).toBe(26);
  expect(refused.err).toContain('an older copy was put back');
  putBack(whole);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await removedBy(stage, journal)).slice(0, removed.length)).toEqual(removed);
});

test('a backup that is put back in the middle of an activity stops it before the next item', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('a'), memberRole('b'));
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const old = await copied('middle');
  const hold = holdRemovals(stage, 'aws');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await hold.reached;
  const whole = await copied('middle-whole');
  const before = await removedBy(stage, journal);
  putBack(old);
  hold.release();
  const view = await stage.until(run, waitsForWorker);
  expect(view.status).toBe('running');
  const left = (await stage.sandbox.client.report()).ours.left.filter((id) => id.startsWith('aws-role:'));
  // Of three in one account the one that was under way went, and no other.
  expect(left.filter((id) => id.includes(':444455556666:'))).toHaveLength(2);
  putBack(whole);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await removedBy(stage, journal)).length).toBeGreaterThan(before.length);
});

test('records that are lost are accepted by an approver, as they were seen; the run plans and asks anew, and removes nothing twice', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const old = await copied('older');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  const removed = await removedBy(stage, journal);
  expect(removed.length).toBeGreaterThan(0);
  putBack(old);
  expect(await approve(run, 'collectors')).toMatchObject({ code: 26 });
  const { out } = await stage.offboard('status', run);
  expect(out).toContain('an older copy was put back');
  expect(out).toContain(`records accept ${run}`);
  expect(await stage.offboard('records', 'accept', run, '--by', STARTER, '--reason', 'lost')).toMatchObject({ code: 31 });
  // Where the policy demands it, whoever accepts that signs it.
  const own = stage.deps.policy;
  onTestFinished(() => void (stage.deps.policy = own));
  const { policy, typed, expectSwapsRefused } = signedBy(stage);
  stage.deps.policy = policy;
  expectRefused(await stage.offboard('records', 'accept', run, ...ASKED), 'ProofMissing');
  const [{ expected: from, found: to } = {}] = awaited((await stage.view(run)).awaiting, 'worker');
  const saying = { by: APPROVER, reason: 'the disk is lost', from, to };
  await expectSwapsRefused(run, 'acceptRecords', saying, { by: 'third', reason: 'another', ticket: 'CHG1' });
  const accepted = await typed(APPROVER, 'records', 'accept', run, '--reason', 'the disk is lost');
  stage.deps.policy = own;
  expect([accepted.code, accepted.err]).toEqual([0, '']);
  expect(accepted.out).toMatch(/^\d+ records are accepted as lost/);

  await stage.until(run, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  expect((await removedBy(stage, journal)).filter((id) => removed.includes(id))).toEqual([]);
  const verified = await stage.offboard('evidence', 'verify', result.evidence);
  expect([verified.code, verified.err]).toEqual([0, '']);
  // What went without a record is nobody's: neither ours to restore, nor somebody else's.
  expect(result.phases.find((p) => p.phase === 'permissions')?.removed).toBe(0);
  const report = await stage.offboard('report', run);
  expect(report.out).toContain('though the run had written');
});

test('whoever ends a run by hand ends it as its records say, not as he does', async () => {
  const run = await startedRun(stage, smallEstate());
  const { run: journal } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  const answer = await asRun(stage, journal, 'endRun', { run: journal, status: 'completed', reason: 'nothing is left' });
  if (answer instanceof ApplicationFailure) throw answer;
  const { result } = answer;
  const told = expect.stringMatching(/^said to be completed, which its records do not show: \d+ of \d+ planned things/) as string;
  expect(result).toMatchObject({ status: 'failed', reason: told });
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
  const { out } = await stage.offboard('report', run, '--json');
  expect(JSON.parse(out)).toMatchObject({ status: 'failed', reason: told });
});

test('a damaged run stops only itself: another of its tenant says so in its plan, and goes on', async () => {
  const run = await startedRun(stage, smallEstate());
  const { run: damaged } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  await abandonRun(stage);
  const db = new DatabaseSync(stage.home.records);
  db.prepare('UPDATE lines SET body = zeroblob(60) WHERE run = ? AND seq = 1').run(damaged);
  db.close();
  const other = await openRecords(stage.env, loadKeys(stage.home.keys, stage.env));
  await expect(other.journal.ledger(damaged)).rejects.toThrow(`record 1 (it was changed after it was written) of ${damaged} is damaged`);
  await stage.stopWorker();
  const own = { journal: stage.deps.journal, artifacts: stage.deps.artifacts };
  Object.assign(stage.deps, { journal: other.journal, artifacts: other.artifacts });
  await own.journal.store.close();
  await stage.startWorker();
  const next = await startedRun(stage, smallEstate());
  await stage.until(next, (v) => v.gate?.gate === 'plan');
  expect((await stage.offboard('plan', next)).out).toContain(`the records of ${damaged} are damaged`);
  await approveGate(stage, next, 'plan');
  await approveGate(stage, next, 'collectors');
  await deleteCollectors(stage, next);
  expect((await resultOf(stage, next)).status).toBe('completed');
});
