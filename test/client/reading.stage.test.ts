import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { recordsOf, removalsOf } from '../../client/records/records.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import { canonical } from '../../model/canonical.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import type { Piece, ReadInput } from '../../model/reading.ts';
import type { reading } from '../../workflows/reading.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { newMail, resultOf } from '../harness/people.ts';
import { abandonRestore } from '../harness/restores.ts';
import { Stage, type CliResult } from '../harness/stage.ts';
import { clearRun, expectRefused, runAtPlan, typedIn } from './on-stage.ts';

/** Operators and approvers have the server and the payload keys; the records are the worker's. */

const stage = new Stage();
const HOME = join(stage.folder, 'home-of-an-approver');
const DRY_RUN = `offboarding-dry-run-${TENANT}`;
beforeAll(async () => {
  await stage.open();
  mkdirSync(HOME);
  cpSync(stage.home.keys, join(HOME, 'keys.json'));
});
afterEach(async () => {
  await clearRun(stage);
  await abandonRestore(stage);
});
afterAll(() => stage.close());

/** Typed where only the keys are. */
const typed = (...args: string[]): Promise<CliResult> => typedIn(stage, { OFFBOARD_HOME: HOME }, ...args);

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await typed(...args);
  expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
  return out;
}

const started = (): string => stage.writeManifest(smallEstate().manifest);

test('who has other keys is not told that a run was started which the worker cannot read, nor that it is late', async () => {
  const others = { OFFBOARD_KEYS: JSON.stringify({ current: 'a', keys: { a: Buffer.alloc(32).toString('base64') } }) };
  for (const command of [
    ['start', started(), '--by', STARTER, '--dry-run'],
    ['status', DRY_RUN],
  ])
    expectRefused(await typedIn(stage, others, ...command), 'AnswerRefused', `an answer of ${DRY_RUN}`, 'compare the keys of this machine');
  expectRefused(await typed('status', DRY_RUN), 'StartRefused', `the start of ${DRY_RUN} cannot be read`);
});

test('who has the payload keys and nothing else starts, reads, approves, and proves a run', async () => {
  await stage.sandbox.fill(smallEstate());
  const { workflowId: run } = JSON.parse(await done('start', started(), '--by', STARTER, '--json')) as { workflowId: string };
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const approve = async (gate: string) => {
    await stage.until(run, (v) => v.gate?.gate === gate);
    const { hash, plan } = JSON.parse(await done('plan', run, '--json')) as { hash: string; plan: Plan };
    expect(planHash(plan)).toBe(hash);
    const file = join(stage.folder, `${gate}.html`);
    expect(JSON.parse(await done('plan', run, '--html', file, '--json'))).toEqual({ file, hash });
    const page = readFileSync(file, 'utf8');
    for (const words of [`Gate ${gate}, opening 1: waits for a decision until`, hash, ...plan.items.map((i) => i.id)])
      expect(page).toContain(words);
    await done('approve', run, '--gate', gate, '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it');
  };
  expect(await done('plan', run)).toContain('ours: trusts');
  expect(await done('plan', run, '--format', 'sh')).toContain('#!/usr/bin/env bash');
  expect(await done('status', run)).toContain('offboard approve');
  await approve('plan');
  await approve('collectors');
  const { collectors } = await stage.until(run, (v) => v.collectors.length > 0);
  for (const { id } of collectors) {
    const before = await stage.sandbox.client.newestOtp(MAILBOX);
    await done('ready', run, id, '--by', MAILBOX);
    const code = await newMail(stage, MAILBOX, before?.id);
    expect((await stage.offboardWith(`${code}\n`, 'otp', run, id, '--by', MAILBOX)).code).toBe(0);
  }
  const { evidence } = await resultOf(stage, run);
  rmSync(evidence, { recursive: true });

  expect(await done('report', run)).toContain(`${APPROVER}  approve gate plan`);
  const verified = JSON.parse(await done('evidence', 'verify', run, '--json')) as { removals: number };
  expect(verified).toMatchObject({ ok: true, removals: 7 });
  const folder = join(stage.folder, 'fetched');
  expect(await done('evidence', 'fetch', run, folder)).toContain('whole and unchanged');
  expect(readdirSync(folder).toSorted()).toEqual(['evidence.json', 'index.html', 'journal.jsonl', 'plan.html', 'plan.json']);
  expectRefused(await typed('evidence', 'fetch', run, folder), 'InvalidValue', folder, 'name a new one');
  // What the approver was shown before each gate is what the evidence shows after: the same plan on the same page.
  const after = join(stage.folder, 'after.html');
  await done('plan', run, '--html', after);
  expect(readFileSync(after, 'utf8')).toBe(readFileSync(join(folder, 'plan.html'), 'utf8'));
  const mine = stage.writeManifest(smallEstate().manifest);
  const before = readFileSync(mine, 'utf8');
  expectRefused(await typed('plan', run, '--html', mine), 'InvalidValue', '--html', 'is there already, and stays as it is');
  expect(readFileSync(mine, 'utf8')).toBe(before);
  expectRefused(await typed('plan', run, '--html', join(stage.folder, 'no', 'such.html')), 'UnreadableFile', '--html', 'name another file');
  expectRefused(await typed('plan', run, '--html', after, '--format', 'sh'), 'Usage', '--html', '--format');
  expect(await done('own-access', run)).toContain('aws');
  expect(await done('own-access', run, '--format', 'sh')).toContain('#!/usr/bin/env bash');
  expect(await done('restore', run, '--format', 'sh')).toContain('#!/usr/bin/env bash');
  const { plan: restore } = JSON.parse(await done('restore', run, '--dry-run', '--by', STARTER, '--json')) as { plan: Plan };
  expect(restore.items.length).toBeGreaterThan(3);
  expect(readdirSync(HOME)).toEqual(['keys.json']);
}, 120_000);

test('a plan and a journal far larger than a payload are read in pieces, each small, and put together whole', async () => {
  const run = 'offboarding-large_1';
  const { journal, artifacts } = stage.deps;
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const { plan: real } = await recordsOf(new WorkersRecords(stage.session), (await runAtPlan(stage, smallEstate())).run);
  const [item] = real?.items ?? [];
  const items = Array.from({ length: 1_500 }, (_, n) => ({ ...item, id: `aws-role:${n}`, title: hex(200) }));
  const plan = { ...real, items } as Plan;
  const artifact = await artifacts.put(run, plan);
  await journal.append(run, {
    type: 'run-started',
    workflowId: `offboarding-${TENANT}`,
    startedBy: STARTER,
    manifestHash: plan.manifestHash,
    tenantId: TENANT,
  });
  // One line alone is larger than a piece.
  const leftovers = Array.from({ length: 2_000 }, () => hex(100));
  await journal.append(run, { type: 'verified', leftovers, unknown: [] });
  await journal.append(run, ...Array.from({ length: 500 }, () => ({ type: 'verified' as const, leftovers: [hex(60)], unknown: [] })));
  await journal.append(run, { type: 'plan', planHash: planHash(plan), artifact, items: 1_500 });
  expect(canonical(plan).length).toBeGreaterThan(1_000_000);

  const reader = new WorkersRecords(stage.session);
  const { lines } = await reader.linesOf(run);
  expect(lines).toEqual(await journal.lines(run));
  const found = await removalsOf(reader, run);
  expect(found.plans.map(planHash)).toEqual([planHash(plan)]);
  await stage.deps.journal.store.remove(run);
}, 120_000);

async function asked(input: unknown): Promise<Piece> {
  return await stage.session.client.workflow.execute<typeof reading>('reading', {
    workflowId: `reading-${randomBytes(8).toString('hex')}`,
    taskQueue: stage.taskQueue,
    args: [input as ReadInput],
  });
}

test('what the run does not name is not read, whatever a caller says', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const secret = await stage.deps.artifacts.put('offboarding-another_1', { of: 'another tenant' });
  const from = { line: 0, byte: 0 };
  const refusals: [unknown, string][] = [
    [{ name: run, artifact: secret, from }, 'is no manifest, plan or inventory of'],
    [{ name: `discovery-${TENANT}`, artifact: secret, from }, 'is no manifest, plan or inventory of'],
    [{ name: 'offboarding-none', from }, 'hold no run offboarding-none'],
    [{ name: '../keys', from }, 'is neither the name of a run'],
    [{ name: run, from: { line: -1, byte: 0 } }, 'is neither the name of a run'],
    [{ name: run, artifact: "x' OR 1=1", from }, 'is neither the name of a run'],
  ];
  for (const [input, words] of refusals) {
    const error: unknown = await asked(input).catch((e: unknown) => e);
    expect(String((error as { cause?: { cause?: Error } }).cause?.cause?.message)).toContain(words);
  }
  expectRefused(await typed('report', 'offboarding-none'), 'RunNotFound', 'hold no run offboarding-none', 'offboard list');
  for (const command of ['plan', 'report', 'own-access'])
    expectRefused(await typed(command, 'none'), 'RunNotFound', 'RUN: none is the name of no run', 'offboard list');
  expectRefused(await typed('evidence', 'verify', 'evidnce/x'), 'RunNotFound', 'evidnce/x is neither a folder nor a run');
});

test('what a worker sends that is not what was written is refused by the client', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const { journal, artifacts } = stage.deps;
  const { page } = journal;
  onTestFinished(() => void (journal.page = page));
  journal.page = async (...input) => {
    const found = await page.apply(journal, input);
    for (const { record: r } of found.lines) if (r.type === 'run-started') r.startedBy = 'mallory';
    return found;
  };
  expectRefused(await typed('report', run), 'RecordsDamaged', 'is not what was written');
  journal.page = page;
  const { text } = artifacts;
  onTestFinished(() => void (artifacts.text = text));
  artifacts.text = async (address) => (await text.call(artifacts, address)).replace('"title":"', '"title":"x');
  expectRefused(await typed('plan', run), 'RecordsDamaged', 'is not what was written');
});

test('without a worker whoever asks is told where the records can be read, and there they are', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const report = await done('report', run);
  const plan = await done('plan', run);
  const elsewhere = { OFFBOARD_HOME: HOME, OFFBOARD_TASK_QUEUE: 'nobody-polls-this' };
  expectRefused(await typedIn(stage, elsewhere, 'report', run), 'NoWorker', `offboard records report ${run}`);
  const alone = { TEMPORAL_ADDRESS: undefined };
  expect((await typedIn(stage, alone, 'records', 'report', run)).out).toBe(report);
  expect((await typedIn(stage, alone, 'records', 'plan', run)).out).toBe(plan);
  expectRefused(
    await typedIn(stage, { OFFBOARD_HOME: HOME }, 'records', 'report', run),
    'NoRecords',
    'records.sqlite',
    'set OFFBOARD_HOME',
  );
});
