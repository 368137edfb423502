import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Client } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { clearRun, expectNothingChanged, expectRefused, RUN } from '../client/on-stage.ts';
import { APPROVER, MAILBOX, STARTER, TENANT } from '../harness/estate.ts';
import { newMail, resultOf } from '../harness/people.ts';
import { abandonRestore, changedInTheClouds } from '../harness/restores.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { signInByForms } from '../../sandbox/sign-in/browser.ts';
import {
  browse,
  estateWithPeople,
  HOLDER,
  MEMBER,
  PASSWORD,
  signInPolicy,
  STRANGER,
  typedAndSignedIn,
  userOf,
  type Shown,
} from '../harness/sign-in.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();

beforeAll(() => stage.open());
afterEach(async () => {
  stage.deps.policy = signInPolicy(stage);
  await clearRun(stage);
});
afterAll(() => stage.close());

const RESTORE = RUN.replace('offboarding', 'restore');
const typed = (who: string, ...args: string[]) => typedAndSignedIn(stage, who, [...args, '--by', who]);

async function atGatePlan(): Promise<string> {
  const file = await stage.fill(estateWithPeople());
  stage.deps.policy = signInPolicy(stage);
  expect(await typed(STARTER, 'start', file)).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  return planHash;
}

const approval = (gate: string, hash: string) => ['approve', RUN, '--gate', gate, '--plan-hash', hash, '--reason', 'read it'];
const approve = (who: string, gate: string, hash: string) => typed(who, ...approval(gate, hash));

/** What docs/identity.md has an auditor type, who has OpenSSL and nothing of ours. */
function verifiedByOpenSsl(folder: string, name: string): string {
  const page = readFileSync(new URL('../../docs/identity.md', import.meta.url), 'utf8');
  const script = /```sh\nname=statement-7\.json\n(.*?)```/s.exec(page)?.[1] ?? 'exit 1';
  const made = mkdtempSync(join(tmpdir(), 'offboard-auditor-'));
  for (const end of ['', '.jwt', '.pem']) copyFileSync(join(folder, `${name}${end}`), join(made, `${name}${end}`));
  return execFileSync('bash', ['-euo', 'pipefail', '-c', `name=${name}\n${script}`], { cwd: made, encoding: 'utf8' });
}

test('a whole run by sign-ins: each decision stands in the records with its ID token, and verifies with stock tools', async () => {
  const hash = await atGatePlan();
  const approved = await approve(APPROVER, 'plan', hash);
  expect(approved).toMatchObject({ code: 0 });
  // The statement stands on the terminal before the browser opens, whole.
  expect(approved.shown?.text).toMatch(/You sign in for this statement, and for nothing else:/);
  for (const word of [hash, '"gate": "plan"', '"reason": "read it"', '"says": "approve"']) expect(approved.shown?.text).toContain(word);
  const asked = new URL(approved.shown?.address ?? '').searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({ prompt: 'login', code_challenge_method: 'S256', response_type: 'code' });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  expect(await typed(MAILBOX, 'ready', RUN, 'collector-aws')).toMatchObject({ code: 0 });
  const code = await newMail(stage, MAILBOX, undefined);
  const entered = await typedAndSignedIn(stage, MAILBOX, ['otp', RUN, 'collector-aws', '--by', MAILBOX], { stdin: Readable.from([code]) });
  expect(entered).toMatchObject({ code: 0 });
  expect(entered.shown?.text).not.toContain(code);
  const { run, status, evidence } = await resultOf(stage, RUN);
  expect(status).toBe('completed');
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
  const tokens = readdirSync(evidence).filter((name) => name.endsWith('.jwt'));
  // Start, two gates, ready, the code.
  expect(tokens).toHaveLength(5);
  for (const token of tokens) {
    const name = token.replace('.jwt', '');
    const verified = verifiedByOpenSsl(evidence, name);
    expect(verified).toMatch(/^Verified OK\n\{/);
    const nonce = verified.trim().split(/[\n}]/).at(-1) ?? '';
    expect(nonce).toMatch(/^[\w-]{43}$/);
    expect(verified).toContain(`"nonce":"${nonce}"`);
  }
  expect(readFileSync(join(evidence, 'evidence.json'), 'utf8')).toContain('proved by sign-ins with Entra ID');
  writeFileSync(join(evidence, tokens[1] ?? ''), readFileSync(join(evidence, tokens[0] ?? ''), 'utf8'));
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 50 });
  const records = (await stage.deps.journal.lines(run)).map((l) => l.record);
  expect(records.find((r) => r.type === 'run-started')).toHaveProperty('admission.key');
});

test('a manifest may demand sign-ins where the policy takes names at their word: whoever starts and decides is asked to sign in', async () => {
  const strict = estateWithPeople();
  strict.manifest.identity = 'entra';
  const file = await stage.fill(strict);
  stage.deps.policy = { ...signInPolicy(stage), identity: 'asserted' };
  const started = await typed(STARTER, 'start', file);
  expect(started).toMatchObject({ code: 0 });
  expect(started.shown?.text).toContain('"says": "start"');
  const { planHash = '', identity } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(identity).toBe('entra');
  expectRefused(await typedAndSignedIn(stage, 'stranger', [...approval('plan', planHash), '--by', APPROVER]), 'ProofWrong');
  expect(await approve(APPROVER, 'plan', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await stage.offboard('cancel', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  const { run } = await stage.until(RUN, (v) => v.stage === 'ended');
  expect(changedInTheClouds(stage).length).toBeGreaterThan(3);

  // So is whoever would have back what went.
  onTestFinished(() => abandonRestore(stage));
  const unproved = { tenantId: TENANT, restores: run, startedBy: STARTER, dryRun: false, searchAttributes: false };
  await stage.session.client.workflow.start('restore', { workflowId: RESTORE, taskQueue: stage.taskQueue, args: [unproved] });
  const refused = async (why: RegExp) => {
    const { status, reason } = await resultOf(stage, RESTORE);
    expect([status, reason]).toEqual(['refused', expect.stringMatching(why)]);
  };
  await refused(/^proof: is missing.*--sign-in/);
  const byAnother = await typedAndSignedIn(stage, 'stranger', ['restore', RUN, '--by', STARTER]);
  expect(byAnother.shown?.text).toContain('"says": "restore"');
  await refused(/^proof\.idToken: is of a person whom .* neither names nor admits/);
  expect(await typed(STARTER, 'restore', RUN)).toMatchObject({ code: 0 });
  const asked = await stage.until(RESTORE, (v) => v.gate?.gate === 'restore');
  expect(asked.identity).toBe('entra');
  const giveBack = ['approve', RESTORE, '--gate', 'restore', '--plan-hash', asked.planHash ?? '', '--reason', 'mistake', '--by', APPROVER];
  expectRefused(await typedAndSignedIn(stage, 'member', giveBack), 'ProofWrong', 'a sign-in of');
  expect(await typedAndSignedIn(stage, APPROVER, giveBack)).toMatchObject({ code: 0 });
  const { status, evidence } = await resultOf(stage, RESTORE);
  expect([status, changedInTheClouds(stage)]).toEqual(['completed', []]);
  expect(readdirSync(evidence).filter((name) => name.endsWith('.jwt'))).toHaveLength(2);
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
});

test('an unproved start is refused, and tells nothing', async () => {
  stage.deps.policy = signInPolicy(stage);
  const file = await stage.fill(estateWithPeople());
  const input = { manifest: estateWithPeople().manifest, startedBy: STARTER, dryRun: false, searchAttributes: false };
  expect(file).toBeTruthy();
  const handle = await stage.session.client.workflow.start('offboarding', { workflowId: RUN, taskQueue: stage.taskQueue, args: [input] });
  const result = (await handle.result()) as OffboardingResult;
  expect(result).toMatchObject({ status: 'refused', reason: expect.stringMatching(/^proof: is missing.*--sign-in/) as string });
  await expectNothingChanged(stage);
});

test('another person’s sign-in, a stranger’s and the starter’s approve nothing; a member’s and a role holder’s do', async () => {
  const hash = await atGatePlan();
  const by = (who: string, name: string) => typedAndSignedIn(stage, who, [...approval('plan', hash), '--by', name]);
  expectRefused(await by('member', APPROVER), 'ProofWrong', 'a sign-in of');
  expectRefused(await by('stranger', STRANGER), 'ProofWrong', 'neither names nor admits');
  expectRefused(await approve(STARTER, 'plan', hash), 'SelfApproval');
  stage.deps.policy = signInPolicy(stage, { quorum: { plan: 2 } });
  expect(await by('member', MEMBER)).toMatchObject({ code: 0 });
  expectRefused(await by('member', MEMBER), 'NotAllowed', 'has approved already');
  expect((await stage.view(RUN)).gate?.gate).toBe('plan');
  await expectNothingChanged(stage);
  expect(await by('holder', HOLDER)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
});

test('an authentication context that the policy demands is asked for, and whoever does not satisfy it proves nothing', async () => {
  const hash = await atGatePlan();
  const { entra } = signInPolicy(stage);
  if (!entra) throw new Error('the policy has no tenant');
  stage.deps.policy = signInPolicy(stage, { entra: { ...entra, acrs: 'c1' } });
  const without = await typedAndSignedIn(stage, 'member', [...approval('plan', hash), '--by', MEMBER]);
  expect(new URL(without.shown?.address ?? '').searchParams.get('claims')).toContain('"acrs"');
  expectRefused(without, 'NotAllowed', 'authentication context c1');
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
});

test('a person who leaves the policy takes their approval along, with no network: the gate is asked again by itself', async () => {
  const hash = await atGatePlan();
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await typedAndSignedIn(stage, 'member', [...approval('plan', hash), '--by', MEMBER])).toMatchObject({ code: 0 });
  const { people = [] } = signInPolicy(stage);
  stage.deps.policy = signInPolicy(stage, { people: people.filter((p) => p.group === undefined), approvers: [STARTER, APPROVER] });
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  const again = await stage.until(RUN, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  expect(again.planHash).toBe(hash);
  await expectNothingChanged(stage);
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
});

test('an ID token goes through the Temporal UI in the clear, and says only what it was made for', async () => {
  const hash = await atGatePlan();
  const printed = await typed(APPROVER, 'sign', 'approve', RUN, '--gate', 'plan', '--plan-hash', hash, '--reason', 'read it');
  expect(printed).toMatchObject({ code: 0 });
  const message = JSON.parse(printed.out) as object;
  // As the UI sends it: nobody's codec encrypts it.
  const run = new Client({ connection: stage.session.connection, namespace: 'default' }).workflow.getHandle(RUN);
  await run.signal('approve', { ...message, reason: 'another one' });
  await stage.until(RUN, (v) => v.lastRefusal?.includes('is about another message') ?? false);
  await run.signal('approve', message);
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
});

test('only the browser that this command sent is heard: another state, another host name and another path are not', async () => {
  const hash = await atGatePlan();
  const seen: number[] = [];
  const meet = async (shown: Shown) => {
    const asked = new URL(shown.address).searchParams;
    const redirect = asked.get('redirect_uri') ?? '';
    const at = async (url: string, headers: Record<string, string> = {}) => seen.push((await fetch(url, { headers })).status);
    await at(`${redirect}?code=x&state=other`);
    await at(`${redirect}x?code=x&state=${asked.get('state')}`);
    await at(`${redirect}?state=${asked.get('state')}`);
    await at(`${redirect.replace('127.0.0.1', 'localhost')}?code=x&state=${asked.get('state')}`);
    await browse(shown, APPROVER);
  };
  expect(await typedAndSignedIn(stage, APPROVER, [...approval('plan', hash), '--by', APPROVER], { meet })).toMatchObject({ code: 0 });
  expect(seen).toEqual([400, 400, 400, 400]);
});

test('without a browser on this machine the address that another one ends at is pasted back; any other address is not taken', async () => {
  await atGatePlan();
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  const stdin = new PassThrough();
  const meet = async ({ address }: Shown) => {
    const back = new URL(await signInByForms(address, userOf(APPROVER), PASSWORD));
    const other = new URL(back);
    other.searchParams.set('state', 'another');
    stdin.write(`${other.href}\n`);
    await sleep(200);
    stdin.write(`${back.href}\n`);
  };
  const resumed = await typedAndSignedIn(stage, APPROVER, ['resume', RUN, '--by', APPROVER], { stdin, interactive: true, meet });
  expect(resumed).toMatchObject({ code: 0 });
  expect(resumed.err).toMatch(/paste the address that it ends at.*That is not where this sign-in ends/s);
  await stage.until(RUN, (v) => !v.paused);
});

test('a tenant that changed its keys takes no approval along, and one that cannot be reached refuses instead of waiting', async () => {
  const hash = await atGatePlan();
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  const printed = await typed(APPROVER, 'sign', 'resume', RUN);
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  expect(printed).toMatchObject({ code: 0 });
  const run = stage.session.client.workflow.getHandle(RUN);
  await stage.sandbox.stop();
  await run.signal('resume', JSON.parse(printed.out));
  await stage.until(RUN, (v) => v.lastRefusal?.includes('the tenant could not be asked about it') ?? false);
  // It comes back with other keys: what it signed before is nobody's now, and what was recorded stands.
  await stage.sandbox.start();
  await run.signal('resume', JSON.parse(printed.out));
  await stage.until(RUN, (v) => v.lastRefusal?.includes('that the tenant does not know') ?? false);
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  const { counts } = await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(counts.find((c) => c.phase === 'permissions')?.removed).toBeGreaterThan(3);
});

test('where the policy takes sign-ins only since a run began, --sign-in goes on with it, and what was asserted counts no longer', async () => {
  const file = await stage.fill(estateWithPeople());
  const { entra: _, ...rest } = signInPolicy(stage);
  stage.deps.policy = { ...rest, identity: 'asserted' };
  expect(await stage.offboard('start', file, '--by', STARTER)).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await stage.offboard(...approval('plan', planHash), '--by', APPROVER)).toMatchObject({ code: 0 });
  stage.deps.policy = signInPolicy(stage);
  expectRefused(await stage.offboard('resume', RUN, '--by', APPROVER), 'ProofMissing', '--sign-in');
  expect(await typed(APPROVER, 'resume', RUN, '--sign-in')).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  await expectNothingChanged(stage);
  expect(await typed(APPROVER, ...approval('plan', planHash), '--sign-in')).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
});
