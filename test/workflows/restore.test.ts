import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AwsAccountApi } from '../../activities/aws/api.ts';
import { restoreItems } from '../../activities/run/restore.ts';
import { removeItems, type RemoveResult } from '../../activities/run/remove.ts';
import { expectRefused } from '../client/on-stage.ts';
import { abandonRun } from '../harness/abandon.ts';
import {
  APPROVER,
  MEMBER_ACCOUNT,
  MEMBER_ROLE_ARN,
  OIDC_ROLE_ARN,
  READER_ASSIGNMENT,
  smallEstate,
  STARTER,
  TENANT,
} from '../harness/estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { denied, intentsOf, outcomesOf, recordsOf } from '../harness/removals.ts';
import { abandonRestore, approveRestore, begunRestore, restoreResult } from '../harness/restores.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(async () => {
  await abandonRun(stage);
  await abandonRestore(stage);
});

const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
const MEMBER_ROLE = `aws-role:${MEMBER_ROLE_ARN}`;
const OIDC_ROLE = `aws-role:${OIDC_ROLE_ARN}`;
const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;

/** A tenant whose offboarding has completed; returns its workflow id. */
async function offboarded(): Promise<string> {
  const run = await startedRun(stage, smallEstate());
  expect(await finish(stage, run)).toMatchObject({ status: 'completed' });
  return run;
}

interface Entry {
  object: { [field: string]: unknown };
  initial?: { [field: string]: unknown };
  deletedAt?: string;
}

/** Everything the estate began with that is not now, field by field, as it was. */
function changedInTheClouds(): string[] {
  const { entries } = JSON.parse(readFileSync(join(stage.sandbox.folder, 'state.json'), 'utf8')) as { entries: Record<string, Entry> };
  return Object.entries(entries)
    .filter(([, e]) => e.initial && (e.deletedAt !== undefined || !isDeepStrictEqual(e.object, e.initial)))
    .map(([key]) => key);
}

test('all that a run removed comes back, what others use first, the same in every field; only the collector stays away, and the plan says so', async () => {
  const run = await offboarded();
  expect(changedInTheClouds().length).toBeGreaterThan(5);
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.untouched.map((u) => [u.id, u.reason])).toEqual([
    ['data-collector:collector-aws', expect.stringContaining('its historic data went with it') as string],
  ]);
  expect(plan.items.find((i) => i.id === MEMBER_ROLE)).toMatchObject({
    dependsOn: expect.arrayContaining([OIDC_ROLE]) as string[],
    losses: [expect.stringContaining('a new RoleId instead of'), expect.any(String)] as string[],
  });
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  expect(result).toMatchObject({ status: 'completed', reason: 'restored 6 and compared, already there 0, not given back 0' });
  expect(result.phases.map((p) => [p.phase, p.restored ?? 0, p.removed])).toEqual([
    ['permissions', 4, 0],
    ['oidc-applications', 1, 0],
    ['data-collection', 0, 0],
    ['sign-in', 1, 0],
  ]);
  expect(changedInTheClouds()).toEqual(['portal-collector:collector-aws']);
  const order = intentsOf(stage, result.run);
  expect(order.slice(0, 2)).toEqual([expect.stringContaining('entra-ciem-sign-in:'), APPLICATION]);
  expect(order.indexOf(OIDC_ROLE)).toBeLessThan(order.indexOf(MEMBER_ROLE));

  const verified = await stage.offboard('evidence', 'verify', result.evidence);
  expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('6 restores begun, each approved before')]);
  expect(byDocs(result.evidence)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('6 restores, each approved before') as string,
  });
  const page = readFileSync(join(result.evidence, 'index.html'), 'utf8');
  for (const words of ['<h1>Restore of', 'restored 4, already there 0', 'a new RoleId instead of', 'Not given back, and why']) {
    expect(page).toContain(words);
  }
  const report = await stage.offboard('report', workflowId);
  expect(report.out).toContain('Not given back: data-collector:collector-aws');

  expect(await startedRun(stage, smallEstate())).toBe(run);
});

test('a second restore finds everything there and changes nothing', async () => {
  const run = await offboarded();
  for (const told of ['restored 6 and compared, already there 0', 'restored 0 and compared, already there 6']) {
    const { workflowId } = await begunRestore(stage, run);
    await approveRestore(stage, workflowId);
    expect(await restoreResult(stage, workflowId)).toMatchObject({ status: 'completed', reason: `${told}, not given back 0` });
  }
  const again = stage.deps.journal.runs().find((r) => r.startsWith(`restore-${TENANT}_`)) ?? '';
  expect(intentsOf(stage, again)).toEqual([]);
});

test('a single item comes back alone; one that needs what is away is not planned, and the plan names what to add', async () => {
  const run = await offboarded();
  const alone = await begunRestore(stage, run, '--item', MEMBER_ROLE, '--item', ASSIGNMENT);
  expect(alone.plan.items.map((i) => i.id)).toEqual([ASSIGNMENT]);
  expect(alone.plan.untouched).toMatchObject([{ id: MEMBER_ROLE, reason: expect.stringContaining(`--item ${OIDC_ROLE}`) as string }]);
  await approveRestore(stage, alone.workflowId);
  expect(await restoreResult(stage, alone.workflowId)).toMatchObject({ status: 'completed' });

  const both = await begunRestore(stage, run, '--item', MEMBER_ROLE, '--item', OIDC_ROLE);
  const needed = both.plan.untouched.map((u) => u.id);
  expect(needed).toContain(OIDC_ROLE);
  expectRefused(await stage.offboard('restore', run, '--item', 'aws-role:other', '--by', STARTER), 'ItemsMismatch', 'aws-role:other');
});

test('whoever started a restore cannot approve it, nor anybody with another hash or at another gate; rejected, nothing comes back', async () => {
  const run = await offboarded();
  const before = changedInTheClouds();
  const { workflowId, hash } = await begunRestore(stage, run);
  const decide = (verb: string, by: string, gate: string, planHash: string) =>
    stage.offboard(verb, workflowId, '--gate', gate, '--plan-hash', planHash, '--by', by, '--reason', 'read it');
  expectRefused(await decide('approve', STARTER, 'restore', hash), 'SelfApproval', `${STARTER} started this run`);
  expectRefused(await decide('approve', APPROVER, 'restore', '0'.repeat(64)), 'PlanHashMismatch');
  expectRefused(await decide('approve', APPROVER, 'plan', hash), 'GateNotOpen', 'open is gate restore');
  expectRefused(await decide('approve', 'mallory', 'restore', hash), 'NotAnApprover');
  expect((await decide('reject', APPROVER, 'restore', hash)).code).toBe(0);
  const result = await restoreResult(stage, workflowId);
  expect(result.status).toBe('denied');
  expect(intentsOf(stage, result.run)).toEqual([]);
  expect(changedInTheClouds()).toEqual(before);
});

test('a dry run tells what is lost and what stays away, changes nothing, and asks nobody', async () => {
  const run = await offboarded();
  const before = changedInTheClouds();
  const { code, out } = await stage.offboard('restore', run, '--dry-run', '--by', STARTER);
  expect(code).toBe(0);
  for (const words of ['Restore plan ', 'NOT THE SAME: a new RoleId', 'data-collector:collector-aws', 'given back: 6 items', 'WARNING: ']) {
    expect(out).toContain(words);
  }
  expect(changedInTheClouds()).toEqual(before);
  expect((await stage.offboard('watch', `restore-dry-run-${TENANT}`)).code).toBe(0);
});

test('a stranger that took a name stays as it is: the item waits with a diff, the rest comes back, and a waiver ends it', async () => {
  const run = await offboarded();
  await stage.sandbox.change(({ entries }) => {
    const key = Object.keys(entries).find((k) => k.includes(MEMBER_ACCOUNT) && k.includes('contoso-collect')) ?? '';
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999900001111:root' }, Action: 'sts:AssumeRole' }],
    };
    const entry = entries[key] as unknown as Entry;
    delete entry.deletedAt;
    entry.object = { ...entry.initial, trust, attached: [], inline: {} };
  });
  const { workflowId, run: journal } = await begunRestore(stage, run);
  await approveRestore(stage, workflowId);
  const view = await stage.until(workflowId, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(view.unresolved).toEqual([expect.objectContaining({ item: MEMBER_ROLE, outcome: 'blocked', code: 'NameTaken' })]);
  expect(view.unresolved[0]?.reason).toContain('AttachedPolicies');
  expect(view.awaiting[0]?.command).not.toContain('amend');
  const status = await stage.offboard('status', workflowId);
  expect(status.out).toContain('Give permissions back in AWS, Azure, GCP');
  expectRefused(await stage.offboard('amend', workflowId, '--by', APPROVER, '--reason', 'x'), 'NotAllowed', 'gives things back');

  expect((await stage.offboard('retry', workflowId, '--by', APPROVER, '--reason', 'asked its owner')).code).toBe(0);
  await expect.poll(() => outcomesOf(stage, journal, MEMBER_ROLE).length).toBe(2);
  await stage.until(workflowId, (v) => v.awaiting.length > 0);
  expect((await stage.offboard('waive', workflowId, '--by', APPROVER, '--reason', 'it is theirs now')).code).toBe(0);
  expect(await restoreResult(stage, workflowId)).toMatchObject({
    status: 'completed',
    reason: 'restored 5 and compared, already there 0, not given back 1',
  });
  expect(intentsOf(stage, journal)).not.toContain(MEMBER_ROLE);
});

test('a restore that was refused half way goes on with what it made once an approver has it retried', async () => {
  const run = await offboarded();
  const { workflowId, run: journal } = await begunRestore(stage, run);
  const aws = stage.deps.clouds.aws;
  const connect: typeof aws.connect = async (system, context) => {
    const api = (await aws.connect(system, context)) as AwsAccountApi;
    return Object.assign(Object.create(api) as AwsAccountApi, { attachPolicy: denied });
  };
  stage.deps.clouds.aws = { ...aws, connect };
  await approveRestore(stage, workflowId);
  const { unresolved } = await stage.until(workflowId, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(unresolved).toMatchObject([{ item: MEMBER_ROLE, outcome: 'blocked', code: 'AccessDenied' }]);
  stage.deps.clouds.aws = aws;
  expect((await stage.offboard('retry', workflowId, '--by', APPROVER, '--reason', 'the policy is mended')).code).toBe(0);
  expect(await restoreResult(stage, workflowId)).toMatchObject({ status: 'completed' });
  expect(outcomesOf(stage, journal, MEMBER_ROLE).map((o) => o.outcome)).toEqual(['blocked', 'restored']);
  expect(changedInTheClouds()).toEqual(['portal-collector:collector-aws']);
});

test('a restore is refused while an offboarding goes on; a second one attaches and says so; a restore of a restore is refused', async () => {
  const run = await offboarded();
  const { workflowId, run: journal } = await begunRestore(stage, run);
  const second = await stage.offboard('restore', run, '--by', STARTER);
  expect(second).toMatchObject({ code: 0, out: expect.stringContaining(`${workflowId} is going on already`) as string });
  expectRefused(await stage.offboard('restore', journal, '--by', STARTER), 'InvalidValue', 'name an offboarding');
  expect((await stage.offboard('list')).out).toContain(workflowId);
  await abandonRestore(stage);
  await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  expectRefused(await stage.offboard('restore', journalOfFirst(run), '--by', STARTER), 'NotAllowed', `offboard cancel ${run}`);
});

test('no activity gives anything back without the approval of gate restore, nor removes anything by a restore', async () => {
  const run = await offboarded();
  const { run: journal, hash } = await begunRestore(stage, run);
  const work = { phase: 'permissions' as const, items: [MEMBER_ROLE, ASSIGNMENT] };
  const before = changedInTheClouds();
  const act = (calls: () => Promise<RemoveResult>) => new MockActivityEnvironment().run<[], RemoveResult, typeof calls>(calls);
  const restored = await act(() => restoreItems(stage.deps, { run: journal, planHash: hash, work }));
  expect(restored.outcomes.map((o) => o.code)).toEqual(['NotAuthorized', 'NotAuthorized']);
  expect(restored.outcomes[0]?.reason).toContain('gate restore holds no approval');
  const removed = await act(() => removeItems(stage.deps, { run: journal, planHash: hash, work }));
  expect(removed.outcomes[0]?.reason).toContain('this run restores; it removes nothing');
  const source = journalOfFirst(run);
  const { planHash } = stage.deps.journal.ledger(source);
  const ended = stage.deps.journal.lines(source).length;
  await act(() => restoreItems(stage.deps, { run: source, planHash: planHash ?? '', work: { phase: 'permissions', items: [OIDC_ROLE] } }));
  expect(stage.deps.journal.lines(source)).toHaveLength(ended);
  expect(changedInTheClouds()).toEqual(before);
  expect(recordsOf(stage, journal).filter((r) => r.type === 'intent')).toEqual([]);
});

test('restore --format sh prints the removed items, what others use first, and starts nothing', async () => {
  const run = await offboarded();
  const { code, out } = await stage.offboard('restore', run, '--format', 'sh');
  expect(code).toBe(0);
  expect(spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(out).toContain(`# Run:  ${journalOfFirst(run)}\n`);
  expect(out.indexOf(`(${APPLICATION})`)).toBeGreaterThan(0);
  expect(out.indexOf(`(${APPLICATION})`)).toBeLessThan(out.indexOf(`(${OIDC_ROLE})`));
  expect(out.indexOf(`(${OIDC_ROLE})`)).toBeLessThan(out.indexOf(`(${MEMBER_ROLE})`));
  expect((await stage.offboard('restore', run, '--item', MEMBER_ROLE, '--format', 'sh')).out).not.toContain(`(${OIDC_ROLE})`);
  expectRefused(await stage.offboard('restore', run, '--format', 'xml'), 'Usage', 'write sh');
  expectRefused(await stage.offboard('restore', run), 'Usage', '--by is missing');
  expect(intentsOf(stage, stage.deps.journal.runs()[0] ?? '')).toEqual(intentsOf(stage, journalOfFirst(run)));
});

/** The Python of docs/evidence.md, run as an auditor would. */
function byDocs(folder: string): { status: number | null; stdout: string } {
  const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'evidence.md'), 'utf8');
  const program = /```python\n(.*?)```/s.exec(docs)?.[1] ?? '';
  return spawnSync('python3', ['-c', program, folder], { encoding: 'utf8' });
}

/** The newest journal of a workflow id that holds a removal. */
function journalOfFirst(run: string): string {
  const journals = stage.deps.journal.runs().filter((r) => r.startsWith(`${run}_`));
  return journals.find((r) => intentsOf(stage, r).length > 0) ?? '';
}
