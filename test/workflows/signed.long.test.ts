import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { itemHash } from '../../model/item-hash.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { startMessage } from '../../model/messages/start.ts';
import type { Decision } from '../../model/messages/index.ts';
import { DELETED_MESSAGE } from '../../model/names.ts';
import type { Policy } from '../../model/policy.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { EVIDENCE_NAMESPACE, SIGNATURE, SUMS, sumsOf, WORKER_KEY } from '../../model/evidence-signature.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Plan } from '../../model/plan.ts';
import { evidenceFiles } from '../../activities/evidence/evidence.ts';
import type { JournalLine } from '../../activities/records/chain.ts';
import { statementText, whereOf, type Statement } from '../../model/statement/statement.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { clearRun, expectNothingChanged, expectRefused, RUN } from '../client/on-stage.ts';
import { addMember, APPROVER, MAILBOX, READER_ASSIGNMENT, STARTER } from '../harness/estate.ts';
import { expectCancelled, expectEndedAs } from '../harness/ended.ts';
import { asRun } from '../harness/as-run.ts';
import { signalByCli } from '../harness/official-cli.ts';
import { newMail, resultOf } from '../harness/people.ts';
import { denied } from '../harness/removals.ts';
import { abandonRestore, APPLICATION, changedInTheClouds } from '../harness/restores.ts';
import { signedBy, threeApprovers } from '../harness/signed.ts';
import { sshKey, sshSigned } from '../harness/ssh.ts';
import { Stage, type CliResult } from '../harness/stage.ts';

const stage = new Stage();
const { keys, policy: SIGNED, typed, approve: approveIn, expectSwapsRefused } = signedBy(stage);

beforeAll(() => stage.open());
afterEach(async () => {
  stage.deps.policy = SIGNED;
  await clearRun(stage);
});
afterAll(() => stage.close());

/** What an auditor types, who has OpenSSH and nothing of ours. */
function verifiedByOpenSsh(folder: string, signature: string, name: string): string {
  const input = readFileSync(join(folder, signature.replace('.sig', '')));
  return execFileSync('ssh-keygen', ['-Y', 'verify', '-f', 'allowed_signers', '-I', name, '-n', 'mepm-offboard', '-s', signature], {
    cwd: folder,
    input,
    encoding: 'utf8',
  });
}

async function atGatePlan(): Promise<string> {
  stage.deps.policy = SIGNED;
  const started = await typed(STARTER, 'start', await stage.fill(estate()));
  expect(started).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  return planHash;
}

const RESTORE = RUN.replace('offboarding', 'restore');
const estate = threeApprovers;
const approve = (by: string, gate: string, hash: string) => approveIn(RUN, by, gate, hash);

/** What an auditor types, by the page of evidence, who has nothing of ours. */
async function byThePage(folder: string, ...more: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const page = readFileSync('docs/evidence.md', 'utf8');
  const own = mkdtempSync(join(stage.folder, 'auditor-'));
  const put = (name: string, text = '') => {
    writeFileSync(join(own, name), text);
    return join(own, name);
  };
  put('verify.py', /```python\n(.*?)```/s.exec(page)?.[1]);
  const audit = put('audit.sh', /```bash\n(.*?)```/s.exec(page)?.[1]);
  const key = put('worker.pub', (await stage.offboard('evidence', 'key')).out);
  return spawnSync('bash', [audit, folder, key, ...more], { encoding: 'utf8' });
}

const signedAnew = (folder: string) => {
  const { signing } = stage.deps;
  const names = readdirSync(folder).filter((name) => ![SUMS, SIGNATURE, WORKER_KEY].includes(name));
  const sums = sumsOf(new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])));
  for (const [name, text] of [
    [SUMS, sums],
    [SIGNATURE, signing.sign(sums, EVIDENCE_NAMESPACE)],
    [WORKER_KEY, `${signing.publicKey}\n`],
  ] as const)
    writeFileSync(join(folder, name), text);
};

/** What is not as it was signed, though every hash fits. */
const FORGED: [forge: (r: JournalRecord) => void, told: string][] = [
  [(r) => r.type === 'run-started' && (r.manifestHash = 'f'.repeat(64)), 'the start of'],
  [(r) => r.type === 'run-started' && (r.startedBy = 'third'), 'the start of'],
  [(r) => r.type === 'run-started' && delete r.proof && (r.startedBy = 'third'), 'nothing proves who started the run'],
  [(r) => r.type === 'collector' && r.event === 'ready' && (r.by = APPROVER), '(ready), by riley, is not proved'],
  [(r) => r.type === 'collector' && r.event === 'otp-accepted' && delete r.proof, '(otp-accepted), by dana@contoso.example, is not proved'],
  [saidAgain(), 'rests on a statement that was taken before'],
];

/** Each approval is the first one once more. */
function saidAgain(): (r: JournalRecord) => void {
  let first: Decision | undefined;
  return (r) => {
    if (r.type === 'decision' && r.decision.kind === 'approve') r.decision = first ??= r.decision;
  };
}

function forgedEvidence(evidence: string, forge: (r: JournalRecord) => void): string {
  const read = (name: string) => readFileSync(join(evidence, name), 'utf8');
  const lines = read('journal.jsonl')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as JournalLine);
  let previous = '0'.repeat(64);
  for (const line of lines) {
    forge(line.record);
    Object.assign(line, { previous });
    previous = sha256(canonical(line));
  }
  const folder = mkdtempSync(join(stage.folder, 'forged-'));
  const { run } = JSON.parse(read('evidence.json')) as { run: string };
  for (const [name, text] of evidenceFiles(run, lines, [JSON.parse(read('plan.json')) as Plan]).files)
    writeFileSync(join(folder, name), text);
  return folder;
}

test('a whole run by signatures of three people: each decision stands in the records with its proof', async () => {
  const hash = await atGatePlan();
  const aboutPlan = { gate: 'plan', opening: 1, planHash: hash, by: APPROVER, reason: 'read it' };
  const other = { by: 'third', reason: 'another', ticket: 'CHG1' };
  for (const update of ['approve', 'reject']) await expectSwapsRefused(RUN, update, aboutPlan, other);
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  const aboutCollector = { collector: 'collector-aws', by: MAILBOX };
  await expectSwapsRefused(RUN, 'collectorReady', aboutCollector, { by: APPROVER });
  expect(await typed(MAILBOX, 'ready', RUN, 'collector-aws')).toMatchObject({ code: 0 });
  const code = await newMail(stage, MAILBOX, undefined);
  await expectSwapsRefused(RUN, 'resendOtp', aboutCollector, { by: APPROVER });
  await expectSwapsRefused(RUN, 'submitOtp', { ...aboutCollector, sealedOtp: 'a.b.c.d.e' }, { by: APPROVER, sealedOtp: 'a.b.c.d.f' });
  const enter = (by: string) => stage.offboardWith(code, 'otp', RUN, 'collector-aws', '--by', by, '--sign-with', keys[by]?.file ?? '');
  stage.deps.policy = { ...SIGNED, codeByAnother: true };
  expectRefused(await enter(APPROVER), 'NotAllowed', `${APPROVER} approved a gate of this run`, 'entered by another person');
  expect(await enter(MAILBOX)).toMatchObject({ code: 0 });
  const { run, status, evidence } = await resultOf(stage, RUN);
  expect(status).toBe('completed');
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
  const signed = readdirSync(evidence).filter((name) => /^statement-\d+\.json\.sig$/.test(name));
  const who = [STARTER, APPROVER, APPROVER, MAILBOX, MAILBOX];
  expect(signed).toHaveLength(who.length);
  for (const [at, name] of who.entries()) expect(verifiedByOpenSsh(evidence, signed[at] ?? '', name)).toMatch(/^Good "mepm-offboard"/);
  const said = signed.map((name) => JSON.parse(readFileSync(join(evidence, name.replace('.sig', '')), 'utf8')) as Statement);
  expect(said.map((s) => s.says)).toEqual(['start', 'approve', 'approve', 'ready', 'otp']);
  const { manifestHash } = JSON.parse(readFileSync(join(evidence, 'plan.json'), 'utf8')) as Plan;
  expect(said[0]?.message['manifest']).toBe(manifestHash);
  const people = join(stage.folder, 'people');
  cpSync(join(evidence, 'allowed_signers'), people);
  const audited = await byThePage(evidence, people);
  expect(audited).toMatchObject({ status: 0, stderr: '' });
  expect(audited.stdout.match(/^ok: .+$/gm)).toHaveLength(5);
  expect(audited.stdout).toContain('5 statements signed by the people');
  writeFileSync(join(evidence, '.hidden'), '');
  expect(await byThePage(evidence, people)).toMatchObject({ status: 1, stdout: expect.stringContaining('> .hidden\nBROKEN: 3') as string });
  rmSync(join(evidence, '.hidden'));
  writeFileSync(join(stage.folder, 'others'), `riley namespaces="mepm-offboard" ${sshKey().line}\n`);
  const byOthers = await byThePage(evidence, join(stage.folder, 'others'));
  expect(byOthers.stdout.match(/^BROKEN: ./gm)).toEqual(['BROKEN: 4', 'BROKEN: 5']);
  for (const [forge, told] of FORGED) {
    const forged = forgedEvidence(evidence, forge);
    // By whoever holds the worker's machine.
    signedAnew(forged);
    const byPage = await byThePage(forged, people);
    expect(byPage.stdout.match(/^BROKEN: ./gm)).toEqual(['BROKEN: 5']);
    expect(await stage.offboard('evidence', 'verify', forged)).toMatchObject({ code: 50, err: expect.stringContaining(told) as string });
  }
  rmSync(join(evidence, signed[1] ?? ''));
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({
    code: 50,
    err: expect.stringContaining('.sig is missing') as string,
  });
  const records = (await stage.deps.journal.lines(run)).map((l) => l.record);
  const decisions = records.flatMap((r) => (r.type === 'decision' ? [r.decision] : []));
  expect(decisions.map((d) => [d.kind, 'proof' in d && d.proof !== undefined])).toEqual([
    ['approve', true],
    ['approve', true],
  ]);
  expect(records.find((r) => r.type === 'run-started')).toHaveProperty('proof.signature');
});

test('a manifest may demand signatures where the policy takes names at their word: of each word of its run, and in its evidence', async () => {
  stage.deps.policy = { ...SIGNED, identity: 'asserted' };
  const strict = estate();
  strict.manifest.identity = 'ssh';
  const file = await stage.fill(strict);
  expect(await stage.offboard('start', file, '--by', STARTER)).toMatchObject({ code: 0 });
  expect(await resultOf(stage, RUN)).toMatchObject({ status: 'refused', reason: expect.stringMatching(/^proof: is missing/) as string });
  expect(await typed(STARTER, 'start', file)).toMatchObject({ code: 0 });
  const { run, planHash = '', identity } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(identity).toBe('ssh');
  const unsigned = ['approve', RUN, '--gate', 'plan', '--plan-hash', planHash, '--reason', 'read it', '--by', APPROVER];
  expectRefused(await stage.offboard(...unsigned), 'ProofMissing', '--sign-with');
  await expectNothingChanged(stage);
  expect(await approve(APPROVER, 'plan', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  expectRefused(await stage.offboard('ready', RUN, 'collector-aws', '--by', MAILBOX), 'ProofMissing');
  expect(await typed(STARTER, 'cancel', RUN)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.stage === 'ended');
  await expectCancelled(stage, RUN);
  await expectEndedAs(stage, run, 'cancelled');
  const files = readdirSync(join(stage.deps.evidenceFolder, run));
  // The start, the approvals of two gates, and the cancel.
  expect(files.filter((name) => /^statement-\d+\.json\.sig$/.test(name))).toHaveLength(4);
  // The same is demanded of whoever would have it back.
  onTestFinished(() => abandonRestore(stage));
  expect(await stage.offboard('restore', RUN, '--by', STARTER)).toMatchObject({ code: 0 });
  expect(await resultOf(stage, RESTORE)).toMatchObject({
    status: 'refused',
    reason: expect.stringMatching(/^proof: is missing/) as string,
  });
  expect(await typed(STARTER, 'restore', RUN)).toMatchObject({ code: 0 });
  expect((await stage.until(RESTORE, (v) => v.gate?.gate === 'restore')).identity).toBe('ssh');
});

test.each([
  [
    'what the policy cannot verify',
    'asserted',
    'ssh',
    [],
    /identity: is ssh, which the worker's policy cannot verify \(approvers\.0: .* has no key/,
  ],
  ['another way than the policy', 'ssh', 'entra', SIGNED.people, /identity: is entra, and the worker's policy demands ssh; leave it out/],
] as const)('a manifest that demands %s is refused, and the field named', async (_what, identity, demanded, people, why) => {
  stage.deps.policy = { ...SIGNED, identity, people: [...(people ?? [])] };
  const strict = estate();
  strict.manifest.identity = demanded;
  expect(await typed(STARTER, 'start', await stage.fill(strict))).toMatchObject({ code: 0 });
  const { status, reason } = await resultOf(stage, RUN);
  expect([status, reason]).toEqual(['refused', expect.stringMatching(why)]);
  await expectNothingChanged(stage);
});

test('an unsigned start is refused, and tells nothing', async () => {
  stage.deps.policy = SIGNED;
  expect(await stage.offboard('start', await stage.fill(estate()), '--by', STARTER)).toMatchObject({ code: 0 });
  const result = await resultOf(stage, RUN);
  expect(result.status).toBe('refused');
  expect(result.reason).toMatch(/^proof: is missing/);
  await expectNothingChanged(stage);
});

test('a start that somebody copied into another workflow is refused, and uses up nothing: whoever signed it can still start', async () => {
  stage.deps.policy = SIGNED;
  await stage.fill(estate());
  const { manifest } = estate();
  const where = { namespace: 'default', workflowId: RUN, run: { nonce: 'a'.repeat(32) } };
  const statement = statementText(
    where,
    'start',
    startMessage({ manifest: ManifestSchema.parse(manifest), by: STARTER, dryRun: false }),
    new Date(),
    3_600_000,
  );
  const proof = { statement, signature: sshSigned(keys[STARTER] ?? keys.third, statement) };
  const input = { manifest, startedBy: STARTER, dryRun: false, searchAttributes: false, proof };
  const start = async (workflowId: string) =>
    await stage.session.client.workflow.start('offboarding', { workflowId, taskQueue: stage.taskQueue, args: [input] });
  const elsewhere = (await (await start(RUN.replace('offboarding-', 'offboarding-dry-run-'))).result()) as OffboardingResult;
  expect(elsewhere).toMatchObject({ status: 'refused', reason: expect.stringContaining('is about another workflow') as string });
  await start(RUN);
  await stage.until(RUN, (v) => v.gate?.gate === 'plan');
});

test('what is not signed, by somebody else, or by nobody of the policy, approves nothing', async () => {
  const hash = await atGatePlan();
  const gate = ['approve', RUN, '--gate', 'plan', '--plan-hash', hash, '--reason', 'read it'];
  expectRefused(await stage.offboard(...gate, '--by', APPROVER), 'ProofMissing', 'proof: is missing', '--sign-with');
  expectRefused(await stage.offboard(...gate, '--by', APPROVER, '--sign-with', keys.third.file), 'ProofWrong', 'is of a key of third');
  expectRefused(await stage.offboard(...gate, '--by', APPROVER, '--sign-with', sshKey().file), 'ProofWrong', 'to nobody');
  expectRefused(await approve(STARTER, 'plan', hash), 'SelfApproval');
  const wrong = await typed('third', 'approve', RUN, '--gate', 'collectors', '--plan-hash', '0'.repeat(64), '--reason', 'read it');
  expectRefused(wrong, 'GateNotOpen', 'does not fit what the run waits for now');
  expect(wrong.err).not.toMatch(new RegExp(`${hash}|${APPROVER}|opening`));
  expect((await stage.view(RUN)).gate?.gate).toBe('plan');
  await expectNothingChanged(stage);
});

test('a key that is taken out of the policy takes its approval along: the gate is asked again by itself, and another approver goes on', async () => {
  const hash = await atGatePlan();
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await approve('third', 'plan', hash)).toMatchObject({ code: 0 });
  stage.deps.policy = { ...SIGNED, people: SIGNED.people?.filter((p) => p.name !== 'third') ?? [] };
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  const again = await stage.until(RUN, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  expect(again.planHash).toBe(hash);
  await expectNothingChanged(stage);
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  const { counts } = await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(counts.find((c) => c.phase === 'permissions')?.removed).toBeGreaterThan(3);
});

test('what `sign` prints goes in the clear, by Temporal’s own CLI: an approval, a resume and a lift; with one field changed it does nothing', async () => {
  stage.deps.policy = SIGNED;
  expect(await typed(STARTER, 'start', await stage.fill(quarantinedEstate()))).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  const gate = ['--gate', 'plan', '--plan-hash', planHash];
  await signalled('approve', [...gate, '--reason', 'read it'], { reason: 'another one' }, /is about another message/);
  const resume = await signalled('resume', [], { by: 'third' }, /is of a key of/);
  await stage.until(RUN, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  // Somebody sends again what lies in history.
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  await signalByCli(RUN, 'resume', JSON.stringify(resume));
  expect(await stage.until(RUN, (v) => /was said before, and counts once/.test(v.lastRefusal ?? ''))).toMatchObject({ paused: true });
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  expect(await altered()).toBeGreaterThan(1);
  await signalled('lift', ['--reason', 'the vendor complains'], { items: ['a'] }, /is about another message/);
  expect(await resultOf(stage, RUN)).toMatchObject({ status: 'denied' });
  expect(await altered()).toBe(0);
});

/** Prints a signal by the CLI, and sends it by Temporal's own: first with something swapped, which is refused. */
async function signalled(name: string, args: string[], swapped: object, refused: RegExp): Promise<object> {
  const printed = await typed(APPROVER, 'sign', name, RUN, ...args);
  expect(printed).toMatchObject({ code: 0, err: '' });
  const send = (message: object) => signalByCli(RUN, name, JSON.stringify(message));
  await send({ ...(JSON.parse(printed.out) as object), ...swapped });
  await stage.until(RUN, (v) => refused.test(v.lastRefusal ?? ''));
  expect((await stage.view(RUN)).lastRefusal).toMatch(new RegExp(`^${name}: `));
  await send(JSON.parse(printed.out) as object);
  return JSON.parse(printed.out) as object;
}

test('a decision whose answer was lost is answered once more, and stands once; the same statement at another time is refused', async () => {
  const planHash = await atGatePlan();
  const { run } = await stage.view(RUN);
  const message = { gate: 'plan', opening: 1, planHash, by: APPROVER, reason: 'read it' } as const;
  const statement = statementText(whereOf('default', run), 'approve', message, new Date(), 60_000);
  const decision = {
    ...message,
    kind: 'approve' as const,
    proof: { statement, signature: sshSigned(keys[APPROVER] ?? sshKey(), statement) },
  };
  const said = (at: Date) => asRun(stage, run, 'recordDecision', { run, phase: 'permissions', decision, arrivedAt: at.toISOString() });
  const now = new Date();
  const taken = { result: { items: [], proved: true } };
  expect([await said(now), await said(now)]).toMatchObject([taken, taken]);
  expect(await said(new Date(now.getTime() + 1))).toMatchObject({ message: expect.stringContaining('counts once') as string });
  const lines = await stage.deps.journal.lines(run);
  expect(lines.filter((l) => l.record.type === 'decision')).toHaveLength(1);
});

test('a gate that needs two approvers waits for the second, who is another person; one of them taken away asks it again', async () => {
  const two: Policy = { ...SIGNED, quorum: { plan: 2 } };
  const hash = await atGatePlan();
  stage.deps.policy = two;
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  expectRefused(await approve(APPROVER, 'plan', hash), 'NotAllowed', `${APPROVER} has approved already`);
  expect((await stage.offboard('status', RUN)).out).toContain(`1 of 2 approvals are given, by ${APPROVER}`);
  await expectNothingChanged(stage);
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await approve('third', 'plan', hash)).toMatchObject({ code: 0 });
  stage.deps.policy = { ...two, people: two.people?.filter((p) => p.name !== 'third') ?? [] };
  expectRefused(await stage.offboard('resume', RUN, '--by', APPROVER), 'ProofMissing');
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.opening === 2);
  await expectNothingChanged(stage);
  await signalled(
    'reject',
    ['--gate', 'plan', '--plan-hash', hash, '--reason', 'too early'],
    { reason: 'another one' },
    /is about another message/,
  );
  expect(await resultOf(stage, RUN)).toMatchObject({ status: 'denied' });
  await expectNothingChanged(stage);
});

/** Where a member account of AWS cannot be entered: that stands as an item, and somebody has to waive it. */
function withClosedAccount() {
  const closed = estate();
  addMember(closed, '777788889999');
  return closed;
}

/** The policy, where the key of one person counts no longer from now on. */
async function compromised(name: string): Promise<Policy> {
  // What was recorded before, in milliseconds, stands.
  await sleep(20);
  const since = new Date().toISOString();
  await sleep(20);
  const people = SIGNED.people?.map((p) => (p.name === name ? { ...p, keys: p.keys.map((k) => ({ ...k, compromisedSince: since })) } : p));
  return { ...SIGNED, ...(people ? { people } : {}) };
}

/** Phase 3 of a run whose plan, and whose unread account, the third person let pass. */
async function waivedByThird(): Promise<string> {
  expect(await typed(STARTER, 'start', await stage.fill(withClosedAccount()))).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await approve('third', 'plan', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.awaiting.some((a) => a.kind === 'items'));
  return planHash;
}

async function collectorsOfThird(planHash: string): Promise<void> {
  expect(await typed('third', 'waive', RUN, '--reason', 'closed')).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
}

const ready = () => typed(MAILBOX, 'ready', RUN, 'collector-aws');

async function codeEntered(): Promise<OffboardingResult> {
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  expect(await ready()).toMatchObject({ code: 0 });
  const code = await newMail(stage, MAILBOX, undefined);
  await stage.offboardWith(code, 'otp', RUN, 'collector-aws', '--by', MAILBOX, '--sign-with', keys[MAILBOX]?.file ?? '');
  return await resultOf(stage, RUN);
}

const recordsOf = async (run: string) => (await stage.deps.journal.lines(run)).map((l) => l.record);

const UNREAD = 'unread-system:aws:777788889999';

test('what was waived by a key that turns out to be compromised is open again before a collector goes, and the run goes on once it is waived anew', async () => {
  stage.deps.policy = SIGNED;
  const planHash = await waivedByThird();
  const about = { by: APPROVER, reason: 'closed' };
  const other = { by: 'third', reason: 'another', ticket: 'CHG1' };
  const items = { count: 1, hash: itemHash([UNREAD]) };
  const more = { items: { ...items, only: [UNREAD] } };
  await expectSwapsRefused(RUN, 'waive', { ...about, items }, { ...other, ...more, means: 'keep' });
  await expectSwapsRefused(RUN, 'retry', { ...about, items }, { ...other, ...more });
  await expectSwapsRefused(RUN, 'amend', { ...about, overrides: [] }, { ...other, overrides: [{ item: UNREAD, reason: 'x' }] });
  const later = await compromised('third');
  await collectorsOfThird(planHash);
  stage.deps.policy = later;
  await ready();

  const { stage: at, run, unresolved } = await stage.until(RUN, (v) => v.unresolved.some((o) => o.item === UNREAD));
  expect(at).toBe('data-collection');
  expect(unresolved.find((o) => o.item === UNREAD)?.reason).toMatch(
    /; it was left in place, but third said so by a key that counts no longer since /,
  );
  const reopened = (await recordsOf(run)).flatMap((r) => (r.type === 'reopened' ? [r.items] : []));
  expect(reopened).toEqual([[UNREAD]]);
  expectRefused(await typed('third', 'waive', RUN, '--reason', 'closed', '--items', UNREAD), 'ProofWrong', 'counts no longer');
  expect((await stage.sandbox.client.report()).ours.left).toContain('portal-collector:collector-aws');
  expect(await typed(APPROVER, 'waive', RUN, '--reason', 'closed', '--items', UNREAD)).toMatchObject({ code: 0 });
  const result = await codeEntered();
  expect(result.phases.map((p) => [p.removed > 0, p.blocked, p.waived])).toEqual([
    [true, 0, 1],
    [true, 0, 0],
    [true, 0, 0],
    [true, 0, 0],
  ]);
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
});

test('likewise before anything more is removed of the phase in which it was waived', async () => {
  stage.deps.policy = SIGNED;
  await waivedByThird();
  const later = await compromised('third');
  expect(await stage.offboard('pause', RUN, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await typed('third', 'waive', RUN, '--reason', 'closed')).toMatchObject({ code: 0 });
  stage.deps.policy = later;
  expect(await typed(APPROVER, 'resume', RUN)).toMatchObject({ code: 0 });
  const { stage: at, counts } = await stage.until(RUN, (v) =>
    v.unresolved.some((o) => o.item === UNREAD && o.reason.includes('counts no longer')),
  );
  expect([at, counts[1]?.removed]).toEqual(['permissions', 0]);
  expect(await typed(APPROVER, 'waive', RUN, '--reason', 'closed', '--items', UNREAD)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors' && v.counts[1]?.removed === 1);
});

test('a key that was only taken out of the policy takes its approvals along, and nothing else that it said', async () => {
  stage.deps.policy = SIGNED;
  const planHash = await waivedByThird();
  await collectorsOfThird(planHash);
  stage.deps.policy = { ...SIGNED, people: SIGNED.people?.filter((p) => p.name !== 'third') ?? [] };
  await ready();
  const asked = await stage.until(RUN, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  expect(asked.unresolved.map((o) => [o.item, o.code])).toEqual([['data-collector:collector-aws', 'ApprovalLapsed']]);
  expect(await approve(APPROVER, 'plan', planHash)).toMatchObject({ code: 0 });
  const { run, phases } = await codeEntered();
  expect(phases.map((p) => [p.blocked, p.waived])).toEqual([
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect((await recordsOf(run)).filter((r) => r.type === 'reopened')).toEqual([]);
});

test('a collector that was confirmed by a key that turns out to be compromised is its person’s again, before sign-in is disabled', async () => {
  stage.deps.policy = SIGNED;
  const byHand = estate();
  const [first, second] = ['collector-aws', 'collector-azure'] as const;
  // One that is confirmed by what the portal says, one that somebody attests to be gone with it.
  const drivers = { [first]: 'operator', [second]: 'retired' } as const;
  byHand.manifest.collectors = [first, second].map((id) => ({ id, type: 'aws', driver: drivers[id], recipient: MAILBOX }));
  byHand.objects.push({ kind: 'portal-collector', ours: true, id: second, type: 'azure', name: 'Contoso Azure', recipient: MAILBOX });
  expect(await typed(STARTER, 'start', await stage.fill(byHand))).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await approve(APPROVER, 'plan', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', planHash)).toMatchObject({ code: 0 });
  const later = await compromised('third');
  const confirmed = async (id: typeof first | typeof second, by: string) => {
    const at = (wanted: string) => stage.until(RUN, (v) => v.collectors.some((c) => c.id === id && c.stage === wanted));
    if (drivers[id] === 'operator') {
      await at('not-ready');
      await expectSwapsRefused(RUN, 'collectorReady', { collector: id, by: MAILBOX }, { by: APPROVER });
      await typed(MAILBOX, 'ready', RUN, id);
    }
    await at('by-hand');
    const said = { collector: id, by, statement: DELETED_MESSAGE };
    await expectSwapsRefused(RUN, 'confirmCollector', said, { by: MAILBOX, statement: 'another', ticket: 'CHG1' });
    expect(await typed(by, 'confirm', RUN, id, '--statement', DELETED_MESSAGE)).toMatchObject({ code: 0 });
  };
  await confirmed(first, 'third');
  stage.deps.policy = later;
  await confirmed(second, APPROVER);
  await confirmed(first, APPROVER);
  const { run, phases, evidence } = await resultOf(stage, RUN);
  expect(phases.at(-1)).toMatchObject({ phase: 'sign-in', removed: 1, blocked: 0 });
  const said = (await recordsOf(run)).flatMap((r) =>
    r.type === 'decision' && (r.decision.kind === 'confirm' || r.decision.kind === 'attest')
      ? [`${r.decision.by} ${r.decision.kind} ${r.decision.collector}`]
      : r.type === 'reopened'
        ? r.items
        : [],
  );
  const [a, b] = [first, second].map((id) => `data-collector:${id}`);
  expect(said).toEqual([`third confirm ${a}`, a, `${APPROVER} attest ${b}`, `${APPROVER} confirm ${a}`]);
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
});

test('likewise in a restore: what was left out by a key that turns out to be compromised is asked about again, and what needs it waits for that', async () => {
  const hash = await atGatePlan();
  expect(await approve(APPROVER, 'plan', hash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  expect(await approve(APPROVER, 'collectors', hash)).toMatchObject({ code: 0 });
  await codeEntered();
  const { entra } = stage.deps.clouds;
  const refusing: typeof entra.connect = async (system, context) => {
    const api = (await entra.connect(system, context)) as object;
    return Object.assign(Object.create(api) as object, { restoreDeleted: denied });
  };
  stage.deps.clouds.entra = { ...entra, connect: refusing };
  onTestFinished(async () => {
    stage.deps.clouds.entra = entra;
    await abandonRestore(stage);
  });
  expect(await typed(STARTER, 'restore', RUN)).toMatchObject({ code: 0 });
  const { planHash = '' } = await stage.until(RESTORE, (v) => v.gate?.gate === 'restore');
  expect(await approveIn(RESTORE, APPROVER, 'restore', planHash)).toMatchObject({ code: 0 });
  await stage.until(RESTORE, (v) => v.awaiting.some((a) => a.kind === 'items'));
  stage.deps.clouds.entra = entra;

  const later = await compromised('third');
  expect(await stage.offboard('pause', RESTORE, '--by', 'anybody')).toMatchObject({ code: 0 });
  expect(await typed('third', 'waive', RESTORE, '--reason', 'not needed')).toMatchObject({ code: 0 });
  stage.deps.policy = later;
  expect(await typed(APPROVER, 'resume', RESTORE)).toMatchObject({ code: 0 });
  const { unresolved } = await stage.until(RESTORE, (v) => v.awaiting.length > 0 && v.unresolved.some((o) => o.code === 'Dependency'));
  expect(unresolved.flatMap((o) => (o.reason.includes('counts no longer') ? [o.item] : []))).toEqual([APPLICATION]);
  expect(unresolved.find((o) => o.code === 'Dependency')?.reason).toBe(`waits for ${APPLICATION}`);
  const again = await typed(APPROVER, 'retry', RESTORE, '--reason', 'it is needed');
  expect([again.code, again.err]).toEqual([0, '']);
  const result = await resultOf(stage, RESTORE);
  expect(result.status).toBe('completed');
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
  expect(changedInTheClouds(stage)).toEqual(['portal-collector:collector-aws']);
  expect(await begunAgain(RESTORE, 'restore')).toMatch(/^proof\.statement: began restore-.* already, and counts once/);
});

/** Starts what ended once more, by the very input that began it: of its message and its proof nothing is changed. */
async function begunAgain(workflowId: string, type: string): Promise<string> {
  const { client } = stage.session;
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const context = { type: 'workflow', namespace: 'default', workflowId } as const;
  const [input] = (await client.options.loadedDataConverter.payloadCodecs[0]?.decode(payloads, context)) ?? [];
  const args = [JSON.parse(Buffer.from(input?.data ?? []).toString()) as unknown];
  const handle = await client.workflow.start(type, { workflowId, taskQueue: stage.taskQueue, args });
  const { status, reason } = (await handle.result()) as OffboardingResult;
  return status === 'refused' ? reason : status;
}

function quarantinedEstate() {
  const quarantined = estate();
  quarantined.manifest.mode = 'quarantine';
  quarantined.manifest.waits = { quarantine: '1h', watch: '10m' };
  return quarantined;
}

/** A run that is stopped while something is in quarantine, and what the sandbox shows altered then. */
async function stoppedInQuarantine(stop: () => Promise<CliResult>) {
  stage.deps.policy = SIGNED;
  expect(await typed(STARTER, 'start', await stage.fill(quarantinedEstate()))).toMatchObject({ code: 0 });
  const { planHash = '', run } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await approve(APPROVER, 'plan', planHash)).toMatchObject({ code: 0 });
  await stage.until(RUN, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  expect(await stop()).toMatchObject({ code: 0 });
  await expect(resultOf(stage, RUN)).rejects.toThrow('cancelled');
  const { ended } = await stage.until(RUN, (v) => v.status === 'cancelled');
  const decisions = (await recordsOf(run)).flatMap((r) => (r.type === 'decision' ? [r.decision] : []));
  return { run, ended, altered: await altered(), last: decisions.at(-1) };
}

const altered = async () => (await stage.sandbox.client.report()).ours.altered.length;

test('a signed cancel gives back what is in quarantine', async () => {
  const stopped = await stoppedInQuarantine(() => typed(APPROVER, 'cancel', RUN));
  expect([stopped.altered, stopped.ended?.reason.includes('stays denied')]).toEqual([0, false]);
  expect(stopped.last).toMatchObject({ kind: 'cancel', by: APPROVER });
});

test('whoever stops a run without proof stops it, and gives nothing back; a signed lift of the ended run does, by its starter or an approver and by nobody else', async () => {
  const stopped = await stoppedInQuarantine(() => stage.offboard('cancel', RUN, '--by', 'mallory'));
  expect(stopped.altered).toBeGreaterThan(1);
  expect(stopped.ended?.reason).toContain('stays denied');
  expect(stopped.ended?.next?.map((n) => n.command)).toEqual(['lift', 'restore']);
  expect(stopped.last).toMatchObject({ kind: 'cancel', by: 'mallory' });

  // Nothing else begins before that.
  expect(await typed(STARTER, 'start', stage.writeManifest(estate().manifest))).toMatchObject({ code: 0 });
  expect((await stage.until(RUN, (v) => v.status === 'refused')).ended?.next?.map((n) => n.command)).toEqual(['lift', 'restore']);
  const lift = (by: string) => typed(by, 'lift', stopped.run, '--reason', 'the vendor complains');
  expectRefused(await stage.offboard('lift', stopped.run, '--by', STARTER, '--reason', 'x'), 'NotAllowed', 'proof: is missing');
  expectRefused(await lift(MAILBOX), 'NotAllowed', 'is not among the approvers');
  expectRefused(await typed(STARTER, 'lift', stopped.run, '--reason', 'x', '--items', 'a'), 'NotAllowed', 'restore');
  expect(await altered()).toBe(stopped.altered);

  // What was removed needs an approval to come back: of that a lift plans nothing.
  const gone = { item: `azure-role-assignment:${READER_ASSIGNMENT}`, outcome: 'removed', reason: 'so it is' } as const;
  await stage.deps.journal.append(stopped.run, { type: 'outcome', phase: 'permissions', outcome: gone });
  expect(await lift(STARTER)).toMatchObject({ code: 0, out: expect.stringContaining('(completed): restored') as string });
  expect(await altered()).toBe(0);
  const { run, evidence } = await resultOf(stage, RUN.replace('offboarding', 'restore'));
  const done = await recordsOf(run);
  expect(done.filter((r) => r.type === 'gate-opened')).toEqual([]);
  expect(done.flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : []))).not.toContain(gone.item);
  expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
  expectRefused(await lift(APPROVER), 'NotAllowed', 'has nothing left in quarantine');
  expect(await begunAgain(RESTORE, 'restore')).toMatch(/^proof\.statement: began restore-.* already/);
});
