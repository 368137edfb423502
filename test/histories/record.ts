import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DELETED_MESSAGE } from '../../model/names.ts';
import { loadKeys } from '../../security/keys.ts';
import { readPayload } from '../../security/payload.ts';
import { abandonRun } from '../harness/abandon.ts';
import { addMember, APPROVER, MAILBOX, MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate, STARTER, TENANT, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, newMail, resultOf, startedRun } from '../harness/people.ts';
import { abandonRestore, approveRestore, begunRestore, restoreResult } from '../harness/restores.ts';
import { payloadsIn } from '../harness/search.ts';
import { Stage } from '../harness/stage.ts';

/**
 * Records one history for each way through the workflow. They lie here in the JSON that the Temporal UI and CLI write, with their
 * payloads decoded: no key is needed to replay them. Nothing secret is in them: the estate is the sandbox's, one-time passwords are sealed
 * to a key that is thrown away with the stage.
 */

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(async () => {
  await abandonRun(stage);
  await abandonRestore(stage);
});

const ROOT = join(import.meta.dirname, '..', '..');
const REASON = ['--by', APPROVER, '--reason', 'read it'];

async function type(...args: string[]): Promise<void> {
  const { code, err } = await stage.offboard(...args);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${err}`);
}

async function keep(name: string, run: string): Promise<void> {
  const history = await stage.session.client.workflow.getHandle(run).fetchHistory();
  const ring = loadKeys(stage.home.keys, stage.env);
  for (const payload of payloadsIn(history)) Object.assign(payload, readPayload(ring, payload).payload);
  for (const payload of payloadsIn(history)) {
    const text = Buffer.from(payload.data ?? []).toString();
    if (text.includes(stage.folder)) payload.data = Buffer.from(text.replaceAll(stage.folder, '/stage'));
  }
  // Names of workers and their queues begin with process and machine; stack traces with the folder of the checkout.
  const told = historyToJSON(history)
    .replaceAll(/\d+@[\w.-]+/g, 'recorder')
    .replaceAll(ROOT, '');
  for (const word of [stage.folder, `@${hostname()}`, ROOT]) expect(told).not.toContain(word);
  writeFileSync(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(JSON.parse(told), undefined, 1)}\n`);
}

/** A system that cannot be read: it waits for a person's decision. */
function estateWithUnknown(): TestEstate {
  const estate = smallEstate();
  addMember(estate, '999988887777');
  return estate;
}

test('approved, with retry, waiver, wrong code and resent code', async () => {
  const run = await startedRun(stage, estateWithUnknown());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.unresolved.some((o) => o.code === 'UnreadSystem') && v.awaiting.length > 0);
  await type('retry', run, ...REASON);
  await sleep(500);
  await stage.until(run, (v) => v.awaiting.length > 0);
  await type('waive', run, ...REASON);
  await approveGate(stage, run, 'collectors');
  const id = 'collector-aws';
  await stage.until(run, (v) => v.collectors.length > 0);
  await type('ready', run, id, '--by', MAILBOX);
  const code = await newMail(stage, MAILBOX, undefined);
  const wrong = String((Number(code) + randomInt(1, 1_000)) % 1_000_000).padStart(6, '0');
  expect((await stage.offboardWith(`${wrong}\n`, 'otp', run, id, '--by', MAILBOX)).code).toBe(41);
  await stage.sandbox.codeSentLongAgo();
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  await type('resend-otp', run, id, '--by', MAILBOX);
  const fresh = await newMail(stage, MAILBOX, before?.id);
  expect((await stage.offboardWith(`${fresh}\n`, 'otp', run, id, '--by', MAILBOX)).code).toBe(0);
  expect((await resultOf(stage, run)).phases.map((p) => p.waived)).toEqual([1, 0, 0, 0]);
  await keep('approved-retry-waive', run);
});

test('a collector that its person deletes by hand', async () => {
  const estate = smallEstate();
  estate.manifest.collectors = [{ id: 'collector-aws', type: 'aws', driver: 'operator', recipient: MAILBOX }];
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await type('ready', run, 'collector-aws', '--by', MAILBOX);
  await type('confirm', run, 'collector-aws', '--by', MAILBOX, '--statement', DELETED_MESSAGE);
  await resultOf(stage, run);
  await keep('by-hand', run);
});

test('amended, then approved', async () => {
  const run = await startedRun(stage, estateWithUnknown());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  await type('amend', run, ...REASON);
  await stage.until(run, (v) => v.gate?.opening === 2);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  await type('waive', run, ...REASON);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  await resultOf(stage, run);
  await keep('amended', run);
});

test('paused before the first removal, then resumed', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await type('pause', run, '--by', STARTER);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.stage === 'permissions' && v.paused);
  await type('resume', run, '--by', STARTER);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  await keep('paused-resumed', run);
});

test('rejected at the first gate', async () => {
  const run = await startedRun(stage, smallEstate());
  const { gate } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  await type('reject', run, '--gate', 'plan', '--plan-hash', gate?.planHash ?? '', ...REASON);
  expect((await resultOf(stage, run)).status).toBe('denied');
  await keep('rejected', run);
});

test('expired at the first gate, after a reminder and an escalation', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { reminder: '100ms', escalation: '200ms', gate: '400ms' };
  const run = await startedRun(stage, estate);
  expect((await resultOf(stage, run)).status).toBe('denied');
  await keep('expired', run);
});

test('cancelled while it waits for approval', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await type('cancel', run, '--by', 'sam');
  await expect(resultOf(stage, run)).rejects.toThrow('Workflow execution cancelled');
  await keep('cancelled', run);
});

test('in quarantine, of which one thing was lifted and one was used', async () => {
  const estate = smallEstate();
  estate.manifest.mode = 'quarantine';
  estate.manifest.waits = { quarantine: '6s', watch: '1s' };
  estate.objects.push(memberRole('in-use'), memberRole('lifted'));
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  await stage.sandbox.change(({ entries }) => {
    for (const { object } of Object.values(entries))
      if ((object as { name?: string }).name === 'in-use') Object.assign(object as object, { lastUsed: new Date().toISOString() });
  });
  await stage.until(run, (v) => v.unresolved.length === 1 && v.awaiting.some((a) => a.kind === 'items'));
  await type('retry', run, ...REASON);
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  await type('lift', run, '--items', memberItem('lifted'), ...REASON);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  await keep('quarantine', run);
});

test('a discovery', async () => {
  await stage.fill(smallEstate());
  const where = ['--aws-accounts', `${OIDC_ACCOUNT},${MEMBER_ACCOUNT}`, '--aws-role', 'offboarding-entry', '--without', 'gcp'];
  await type('discover', '--tenant', TENANT, ...where, '--out', join(stage.folder, 'found'));
  await keep('discovery', `discovery-${TENANT}`);
});

test('a reading of the records', async () => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const { client } = stage.session;
  const workflowId = 'reading-0a1b2c3d';
  await client.workflow.execute('reading', { workflowId, taskQueue: stage.taskQueue, args: [{ name: run, from: { line: 0, byte: 0 } }] });
  await keep('reading', workflowId);
});

test('a dry run', async () => {
  const run = await startedRun(stage, smallEstate(), '--dry-run');
  expect((await resultOf(stage, run)).status).toBe('dry-run');
  await keep('dry-run', run);
});

test('refused by a precondition', async () => {
  const estate = smallEstate();
  for (const collector of estate.manifest.collectors) collector.recipient = 'nobody@contoso.example';
  const run = await startedRun(stage, estate);
  expect((await resultOf(stage, run)).status).toBe('refused');
  await keep('refused', run);
});

test('restored, the last removed first, and a restore that was rejected', async () => {
  const run = await startedRun(stage, smallEstate());
  await finish(stage, run);
  const rejected = await begunRestore(stage, run);
  await type('reject', rejected.workflowId, '--gate', 'restore', '--plan-hash', rejected.hash, ...REASON);
  expect((await restoreResult(stage, rejected.workflowId)).status).toBe('denied');
  await keep('restore-rejected', rejected.workflowId);
  const { workflowId } = await begunRestore(stage, run);
  await approveRestore(stage, workflowId);
  expect((await restoreResult(stage, workflowId)).status).toBe('completed');
  await keep('restored', workflowId);
});
