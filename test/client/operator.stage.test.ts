import { randomUUID } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { APPROVER, MAILBOX, MEMBER_ROLE_ARN, smallEstate, STARTER } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { viewIfAnswered } from '../../client/run/ask.ts';
import { openSession } from '../../client/run/session.ts';
import { homeOf } from '../../security/files.ts';
import { loadKeys } from '../../security/keys.ts';
import type { RunView } from '../../model/messages/status.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectRefused, RUN, runAtPlan, typedIn } from './on-stage.ts';

/** What an operator types around a run, and what the answers say. */

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const listed = async (...options: string[]) =>
  JSON.parse((await stage.offboard('list', '--json', ...options)).out) as Record<string, unknown>[];

test('a paused run says so, and both status and list print the command that lets it go on', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  expect((await stage.offboard('status', run)).out).not.toContain('offboard resume');
  await stage.offboard('pause', run, '--by', APPROVER);
  await stage.until(run, (v) => v.paused);
  const status = await stage.offboard('status', run);
  expect(status.out).toContain('paused');
  expect(status.out).toContain(`offboard resume ${run} --by NAME`);
  expect(status.out).not.toContain('Waits for nobody');
  expect((await stage.offboard('list', '--awaiting')).out).toContain(`offboard resume ${run} --by NAME`);
});

test('list --awaiting names person, deadline and command; once nobody is waited for the run is not in it', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const { gate } = await stage.view(run);
  await expect.poll(() => listed('--awaiting').then((rows) => rows.map((r) => r['workflowId'])), { timeout: 60_000 }).toContain(run);
  const { out } = await stage.offboard('list', '--awaiting');
  expect(out).toContain(`waits for ${APPROVER}: approval at gate plan, until ${gate?.expiresAt ?? ''}`);
  expect(out).toContain(`offboard plan ${run}\n    offboard approve ${run} --gate plan --plan-hash ${hash} --by NAME --reason TEXT`);
  const row = (await listed('--awaiting')).find((r) => r['workflowId'] === run);
  expect(row).toMatchObject({ state: 'running', awaiting: APPROVER, waits: [{ whom: APPROVER, until: gate?.expiresAt }] });
  await stage.offboard('reject', run, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'not now');
  await resultOf(stage, run);
  await expect.poll(() => listed('--awaiting').then((rows) => rows.map((r) => r['workflowId'])), { timeout: 60_000 }).not.toContain(run);
});

test('list tells a denied run and a dry run as what they are, by run id', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  await stage.offboard('reject', run, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'not now');
  await resultOf(stage, run);
  const { runId } = await stage.session.client.workflow.getHandle(run).describe();
  const dry = await startedRun(stage, smallEstate(), '--dry-run');
  await resultOf(stage, dry);
  const after = await stage.offboard('status', dry);
  expect(after.out).toContain(
    `dry-run: the plan was made; nothing was changed\n  offboard plan ${dry}\n  offboard start MANIFEST --by NAME\n`,
  );
  const results = async () => new Map((await listed()).map((r) => [r['runId'], r['result']]));
  await expect.poll(async () => (await results()).get(runId), { timeout: 60_000 }).toBe('denied');
  const { runId: dryId } = await stage.session.client.workflow.getHandle(dry).describe();
  await expect.poll(async () => (await results()).get(dryId), { timeout: 60_000 }).toBe('dry-run');
  const { out } = await stage.offboard('list');
  expect(out).toMatch(new RegExp(`^${run}  denied .* run ${runId}$`, 'm'));
  expect(out).not.toMatch(new RegExp(`^${run}  completed .* run ${runId}$`, 'm'));
});

test('a plan that is asked for before it is made is said to be in the making', async () => {
  const manifest = await stage.fill(smallEstate());
  await stage.sandbox.stop();
  await stage.offboard('start', manifest, '--by', STARTER);
  await stage.until(RUN, (v) => v.stage === 'preconditions');
  const early = await stage.offboard('plan', RUN);
  expectRefused(early, 'RunNotFound', 'is not made yet (stage preconditions)', 'try again', `offboard watch ${RUN}`);
  await stage.sandbox.start();
  await stage.until(RUN, (v) => v.planHash !== undefined);
  expect((await stage.offboard('plan', RUN)).code).toBe(0);
});

test('an ended run shows its evidence and what to type; the report tells gates, refusals, codes, and what stays by decision', async () => {
  const estate = smallEstate();
  estate.manifest.protected = [MEMBER_ROLE_ARN];
  const run = await startedRun(stage, estate);
  const { planHash = '' } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  const self = await stage.offboard('approve', run, '--gate', 'plan', '--plan-hash', planHash, '--by', STARTER, '--reason', 'mine');
  expect(self.code).toBe(31);
  await approveGate(stage, run, 'plan');
  // The role that stays still uses the OIDC role, which a guard therefore holds.
  const held: string[] = [];
  for (;;) {
    const waits = (v: RunView) => v.awaiting.some((a) => a.kind === 'items');
    const view = await stage.until(run, (v) => v.gate?.gate === 'collectors' || waits(v));
    if (view.gate?.gate === 'collectors') break;
    const waived = await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'kept for the audit', '--json');
    held.push(...((JSON.parse(waived.out) as { items?: string[] }).items ?? []));
  }
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const { evidence, status } = await resultOf(stage, run);
  expect(status).toBe('completed');

  const told = (await stage.offboard('status', run)).out;
  for (const words of [`Evidence: ${evidence}`, `offboard report ${run}`, `offboard evidence verify ${evidence}`])
    expect(told).toContain(words);

  const { out } = await stage.offboard('report', run);
  expect(out).toContain(`${APPROVER}  approve gate plan, opening 1, plan ${planHash}\n       reason: read it`);
  expect(out).toContain(`Refused:`);
  expect(out).toContain(`${STARTER}  approve gate plan, opening 1, plan ${planHash}\n       SelfApproval: by: ${STARTER} started this run`);
  expect(out).toMatch(new RegExp(`collector-aws  otp-accepted by ${MAILBOX}`));
  expect(out).toContain('disabled: read back: sign-in to it is off');
  expect(held).not.toEqual([]);
  for (const item of held) expect(out).toContain(`${item}\n       waived by ${APPROVER}, to go on working: kept for the audit`);
  expect(out).toContain(`aws-role:${MEMBER_ROLE_ARN}\n       protected by the manifest that ${STARTER} started with`);
  expect(out).toMatch(/Left over: nothing but what stays by decision: \d waived, \d protected/);

  // By its workflow id, from another folder, and once the worker's is gone.
  const byId = await stage.offboard('evidence', 'verify', run, '--json');
  expect([byId.code, (JSON.parse(byId.out) as { folder: string }).folder]).toEqual([0, evidence]);
  const moved = join(stage.folder, 'elsewhere', basename(evidence));
  cpSync(evidence, moved, { recursive: true });
  rmSync(evidence, { recursive: true });
  const read = await stage.offboard('evidence', 'verify', run, '--json');
  expect(JSON.parse(read.out)).toMatchObject({ ok: true, run: basename(evidence) });
  const pointed = await typedIn(stage, { OFFBOARD_EVIDENCE_DIR: join(stage.folder, 'elsewhere') }, 'evidence', 'verify', run);
  expect(pointed.out).toContain(`${moved}: whole and unchanged`);
}, 60_000);

test('a run that no worker speaks for does not hide the others from those who are waited for', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const orphan = `offboarding-${randomUUID()}`;
  const handle = await stage.session.client.workflow.start('offboarding', {
    workflowId: orphan,
    taskQueue: 'nobody-polls-this',
    args: [{}],
  });
  onTestFinished(() => handle.terminate('the test is over').then(() => undefined));
  const ids = () => listed('--awaiting').then((rows) => rows.map((r) => r['workflowId']));
  await expect.poll(ids, { timeout: 120_000, interval: 500 }).toEqual(expect.arrayContaining([run, orphan]));
}, 120_000);

test('nor does a run whose answers are encrypted with the keys of another home', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const env = { ...stage.env, OFFBOARD_HOME: join(stage.folder, 'another-home') };
  loadKeys(homeOf(env).keys, env);
  const session = await openSession(env);
  onTestFinished(() => session.close());
  expect(await viewIfAnswered(session, run, 5_000)).toBeUndefined();
  expect(await viewIfAnswered(stage.session, run, 5_000)).toMatchObject({ workflowId: run, stage: 'plan' });
});
