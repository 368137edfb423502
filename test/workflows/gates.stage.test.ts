import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { clearRun, expectNothingChanged, expectRefused, isKnown, runAtPlan } from '../client/on-stage.ts';
import { APPROVER, smallEstate, STARTER, TENANT, type TestEstate } from '../harness/estate.ts';
import { memberRole } from '../harness/member-roles.ts';
import { finish, resultOf, startedRun } from '../harness/people.ts';
import { Stage, type CliResult } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const decide = (
  verb: 'approve' | 'reject',
  run: string,
  hash: string,
  by: string,
  reason = 'read it',
  ...more: string[]
): Promise<CliResult> => stage.offboard(verb, run, '--gate', 'plan', '--plan-hash', hash, '--by', by, '--reason', reason, ...more);

const waiting = (waits: Record<string, string>): TestEstate => {
  const estate = smallEstate();
  estate.manifest.waits = waits;
  return estate;
};

test('what is refused at a gate leaves it open and everything in place, and a right approval still passes it', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const other = hash.replace(/^./, (c) => (c === '0' ? '1' : '0'));
  // Whoever typed another hash is sent to the plan, and not handed the right one.
  for (const more of [[], ['--json']]) {
    const mistaken = await decide('approve', run, other, APPROVER, 'read it', ...more);
    const words = ['--plan-hash: is not the hash of the plan that waits', 'read the plan again', `offboard plan ${run}`];
    expectRefused(mistaken, 'PlanHashMismatch', ...words);
    expect(mistaken.out + mistaken.err).not.toContain(hash);
  }
  expectRefused(await decide('approve', run, hash, STARTER), 'SelfApproval', `by: ${STARTER} started this run`, 'ask another approver');
  expectRefused(await decide('approve', run, hash, 'third'), 'NotAnApprover', 'by: third', `${STARTER}, ${APPROVER}`, 'ask one of them');
  expectRefused(await decide('approve', run, hash, 'mallory'), 'NotAnApprover', 'by: mallory');
  const wrongGate = ['--gate', 'collectors', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  expectRefused(await stage.offboard('approve', run, ...wrongGate), 'GateNotOpen', 'gate: collectors', 'open is gate plan, opening 1');
  const wrongOpening = ['--gate', 'plan', '--opening', '2', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  expectRefused(
    await stage.offboard('approve', run, ...wrongOpening),
    'GateNotOpen',
    'opening 2',
    'look at what the run waits for',
    `offboard status ${run}`,
  );
  expectRefused(await decide('approve', run, hash, APPROVER, '  '), 'InvalidValue', 'reason: is missing');

  const { gate, status } = await stage.view(run);
  expect([gate?.gate, gate?.opening, status]).toEqual(['plan', 1, 'running']);
  await expectNothingChanged(stage);
  const refusals = (await stage.deps.journal.lines((await stage.view(run)).run)).flatMap(({ record: r }) =>
    r.type === 'refusal' ? [r.code] : [],
  );
  expect(refusals).toEqual(['SelfApproval', 'NotAnApprover', 'NotAnApprover']);

  expect((await decide('approve', run, hash, APPROVER)).code).toBe(0);
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expectRefused(await decide('approve', run, hash, APPROVER), 'GateNotOpen', 'gate: plan', 'open is gate collectors');
});

test('silence denies after a reminder and an escalation: the run ends with evidence and everything in place, and an approval afterwards is refused as expired', async () => {
  const run = await startedRun(stage, waiting({ gate: '1500ms', reminder: '300ms', escalation: '600ms' }));
  const result = await resultOf(stage, run);
  const { planHash: hash = '' } = await stage.view(run);
  expect(result.status).toBe('denied');
  expect(result.reason).toContain('silence never approves');
  const told = (await stage.deps.journal.lines(result.run)).flatMap(({ record: r }) => {
    if (r.type === 'reminder') return [r.stage];
    return r.type === 'gate-closed' ? [r.outcome] : [];
  });
  expect(told).toEqual(['reminder', 'escalation', 'expired']);
  expect(existsSync(join(result.evidence, 'index.html'))).toBe(true);
  expectRefused(await decide('approve', run, hash, APPROVER), 'GateExpired', `RUN: ${run} has ended`, 'start a new run');
  await expectNothingChanged(stage);
  expect((await stage.offboard('watch', run)).code).toBe(3);
});

test('a rejection by whoever started the run ends it as denied with evidence and nothing removed, and leaves the way free for the next', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  // Cancelling would give nothing back here: nobody is told to.
  const lifted = await stage.offboard('lift', run, '--by', APPROVER, '--reason', 'give it back');
  expectRefused(lifted, 'NotAllowed', 'removes without a quarantine', `offboard pause ${run}`);
  expect((await decide('reject', run, hash, STARTER, 'the wrong tenant')).code).toBe(0);
  const result = await resultOf(stage, run);
  expect([result.status, result.phases.every((p) => p.removed === 0)]).toEqual(['denied', true]);
  expect(existsSync(join(result.evidence, 'index.html'))).toBe(true);
  const { code, out } = await stage.offboard('evidence', 'verify', result.evidence);
  expect([code, out]).toEqual([0, expect.stringContaining('0 removals begun')]);
  const report = await stage.offboard('report', run);
  expect(report.out).toContain(`${STARTER}  reject`);
  expectRefused(await decide('approve', run, hash, APPROVER), 'GateNotOpen', 'has ended (denied)');
  await expectNothingChanged(stage);
  expect((await finish(stage, await startedRun(stage, smallEstate()))).status).toBe('completed');
});

test('a dry run ends after the plan with nothing changed, and does not block a start', async () => {
  const dry = await startedRun(stage, smallEstate(), '--dry-run');
  expect(dry).toBe(`offboarding-dry-run-${TENANT}`);
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const result = await resultOf(stage, dry);
  expect(result.status).toBe('dry-run');
  expect(result.planHash).toBe(hash);
  await expectNothingChanged(stage);
  expect((await stage.offboard('watch', dry)).code).toBe(0);
  const shown = await stage.offboard('plan', dry);
  expect(shown.out).toContain(`Plan ${hash}`);
  expect(shown.out).not.toContain('dry run');
  expect(await isKnown(stage, run)).toBe(true);
  // Whoever approves learns whether it is what they read before.
  expect((await stage.offboard('plan', run)).out).toMatch(
    new RegExp(`\\nIt is the same plan as that of dry run ${dry}_\\S+ of 20\\S+\\.\\n$`),
  );
  const page = join(stage.folder, 'plan.html');
  expect((await stage.offboard('plan', run, '--html', page)).out).toContain('the same plan');
  await clearRun(stage);
  const more = smallEstate();
  more.objects.push(memberRole('another'));
  const { run: again } = await runAtPlan(stage, more);
  expect((await stage.offboard('plan', again)).out).toMatch(
    /\nIt is another plan than that of .*: 1 item more \(aws-role:\S+another\)\.\n$/,
  );
});
