import { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ApplyResult } from '../../activities/apply/engine.ts';
import { PHASES, type Phase } from '../../model/names.ts';
import type { RunView } from '../../model/messages/status.ts';
import { abandonRun } from '../harness/abandon.ts';
import { removePastTheEdge } from '../harness/by-hand.ts';
import { APPROVER, MAILBOX, READER_ASSIGNMENT, smallEstate, STARTER } from '../harness/estate.ts';
import { memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, intentsOf, recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const MEMBER = memberItem('contoso-collect');
const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
const SIGN_IN = 'entra-ciem-sign-in:2a6e4c80-0001-4d5f-8b9a-3c4d5e6f7a01';
const ITEMS: Record<Phase, string> = {
  permissions: MEMBER,
  'oidc-applications': APPLICATION,
  'data-collection': 'data-collector:collector-aws',
  'sign-in': SIGN_IN,
};

const left = async () => (await stage.sandbox.client.report()).ours.left;

/** Tries to remove one phase's item past the workflow; expects that the sandbox lost nothing and no intent was written. */
async function tryToRemove(
  view: Pick<RunView, 'run'>,
  planHash: string,
  phase: Phase,
  aheadMs?: number,
): Promise<ApplyResult | ApplicationFailure> {
  const before = { left: await left(), intents: await intentsOf(stage, view.run) };
  const answer = await removePastTheEdge(stage, { run: view.run, planHash, work: { phase, items: [ITEMS[phase]] } }, aheadMs);
  expect({ left: await left(), intents: await intentsOf(stage, view.run) }).toEqual(before);
  return answer;
}

function expectBlocked(answer: ApplyResult | ApplicationFailure, item: string, code: string, reason: RegExp): void {
  expect(answer).toMatchObject({ outcomes: [{ item, outcome: 'blocked', code, reason: expect.stringMatching(reason) as string }] });
}

test('without a journal, or with a hash that is not in force, the activity fails as NotAuthorized', async () => {
  const run = await startedRun(stage, smallEstate());
  const view = await approveGateButHold(run);
  for (const [name, hash] of [
    ['offboarding-nobody_1', view.planHash],
    [view.run, 'f'.repeat(64)],
  ] as const) {
    const answer = await tryToRemove({ run: name }, hash ?? '', 'permissions');
    expect(answer).toBeInstanceOf(ApplicationFailure);
    expect(answer).toMatchObject({
      type: 'NotAuthorized',
      nonRetryable: true,
      message: expect.stringMatching(/holds no plan .* in force/) as string,
    });
  }
  // Whether an approval still counts cannot be told by a clock that is behind.
  const late = await tryToRemove(view, view.planHash ?? '', 'permissions', 65_000);
  expect(late).toMatchObject({
    nonRetryable: false,
    message: expect.stringMatching(/^this worker's clock is 6\d s behind Temporal's; set it right/) as string,
  });
});

/** The plan is approved but nothing has been removed yet: the run is paused. */
async function approveGateButHold(run: string): Promise<RunView> {
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.offboard('pause', run, '--by', STARTER);
  await approveGate(stage, run, 'plan');
  return await stage.until(run, (v) => v.paused && v.stage === 'permissions');
}

test('while a run is paused the activity itself begins nothing of what was approved', async () => {
  const view = await approveGateButHold(await startedRun(stage, smallEstate()));
  expect(await tryToRemove(view, view.planHash ?? '', 'permissions')).toEqual({ outcomes: [], remaining: [MEMBER] });
});

test('a plan that nobody approved, a rejected one and one of a run that ended remove nothing in any phase', async () => {
  const run = await startedRun(stage, smallEstate());
  const view = await stage.until(run, (v) => v.gate?.gate === 'plan');
  const hash = view.planHash ?? '';
  for (const phase of PHASES) {
    const answer = await tryToRemove(view, hash, phase);
    expectBlocked(answer, ITEMS[phase], 'NotAuthorized', /^gate plan holds no approval of plan/);
  }
  await stage.offboard('reject', run, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'not now');
  expect((await resultOf(stage, run)).status).toBe('denied');
  for (const phase of PHASES) {
    expectBlocked(await tryToRemove(view, hash, phase), ITEMS[phase], 'NotAuthorized', /^the run has ended \(denied\)/);
  }
  expect((await stage.deps.journal.lines(view.run)).at(-1)?.record.type).toBe('run-ended');
});

test('an approval covers the plan whose hash it names and no amended one', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('edited'));
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.sandbox.change(({ entries }) => {
    const entry = entries[memberItem('edited')] as { object: { trust: unknown } };
    entry.object.trust = trusting('arn:aws:iam::111122223333:role/contoso-oidc', {
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    });
  });
  const first = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0);
  await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'it changed');
  const second = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(second.planHash).not.toBe(first.planHash);
  const edited = { phase: 'permissions' as const, items: [memberItem('edited')] };
  const before = await left();
  const old = await removePastTheEdge(stage, { run: first.run, planHash: first.planHash ?? '', work: edited });
  expect(old).toMatchObject({ type: 'NotAuthorized' });
  const amended = await removePastTheEdge(stage, { run: first.run, planHash: second.planHash ?? '', work: edited });
  expectBlocked(amended, memberItem('edited'), 'NotAuthorized', /^gate plan holds no approval of plan/);
  expect(await left()).toEqual(before);
});

test('an approval that has expired covers nothing', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { approvalValid: '1ms' };
  const run = await startedRun(stage, estate);
  const view = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(unresolved.map((o) => o.code)).toContain('ApprovalLapsed');
  expect(await intentsOf(stage, view.run)).toEqual([]);
  expectBlocked(
    await tryToRemove(view, view.planHash ?? '', 'permissions'),
    MEMBER,
    'NotAuthorized',
    /^gate plan holds no approval of plan/,
  );
});

test('no phase begins before those before it are settled, and none after the second gate before its approval', async () => {
  const run = await startedRun(stage, smallEstate());
  const hold = holdRemovals(stage, 'aws');
  const view = await approveGate(stage, run, 'plan');
  const hash = view.planHash ?? '';
  await hold.reached;
  // The clouds go side by side; only AWS is held.
  await expect.poll(() => removedBy(stage, view.run), { timeout: 60_000 }).toEqual([`azure-role-assignment:${READER_ASSIGNMENT}`]);
  expectBlocked(await tryToRemove(view, hash, 'oidc-applications'), APPLICATION, 'NotAuthorized', /items of earlier phases are unresolved/);
  hold.release();
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  for (const phase of ['data-collection', 'sign-in'] as const) {
    expectBlocked(await tryToRemove(view, hash, phase), ITEMS[phase], 'NotAuthorized', /^gate collectors holds no approval of plan/);
  }
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  expectBlocked(
    await tryToRemove(view, hash, 'sign-in'),
    SIGN_IN,
    'NotAuthorized',
    /items of earlier phases are unresolved, such as data-collector/,
  );
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');

  // The same things are there again: the approval of the ended run does not reach them.
  await stage.fill(smallEstate());
  const before = await left();
  for (const phase of PHASES) await tryToRemove(view, hash, phase);
  expect(await left()).toEqual(before);
});

test('a collector can be removed by no activity but with its code, and while one is left sign-in stays on', async () => {
  const run = await startedRun(stage, smallEstate());
  const view = await approveGate(stage, run, 'plan');
  const hash = view.planHash ?? '';
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  const before = await left();
  const past = await removePastTheEdge(stage, {
    run: view.run,
    planHash: hash,
    work: { phase: 'data-collection', items: [ITEMS['data-collection']] },
  });
  expectBlocked(past, ITEMS['data-collection'], 'Unknown', /only with its one-time password/);
  expect(await left()).toEqual(before);

  await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  const wrong = (await stage.sandbox.client.newestOtp(MAILBOX))?.otp === '000000' ? '111111' : '000000';
  for (let i = 0; i < 5; i++) await stage.offboardWith(`${wrong}\n`, 'otp', run, 'collector-aws', '--by', MAILBOX);
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  expect(unresolved).toMatchObject([{ item: ITEMS['data-collection'], code: 'OtpExhausted' }]);
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'to be done by hand')).toMatchObject({ code: 0 });
  const held = await stage.until(run, (v) => v.stage === 'sign-in' && v.unresolved.length > 0);
  expect(held.unresolved).toMatchObject([{ item: SIGN_IN, outcome: 'blocked', code: 'CollectorsRemain' }]);
  expectBlocked(
    await tryToRemove(view, hash, 'sign-in'),
    SIGN_IN,
    'CollectorsRemain',
    /data is still collected by data-collector:collector-aws/,
  );

  await stage.offboard('waive', run, '--items', SIGN_IN, '--by', APPROVER, '--reason', 'stays on for the collector');
  expect((await resultOf(stage, run)).phases.map((p) => p.waived)).toEqual([0, 0, 1, 1]);
  expect((await recordsOf(stage, view.run)).at(-1)?.type).toBe('run-ended');
  expect(await left()).toEqual(
    expect.arrayContaining(['portal-collector:collector-aws', 'entra-service-principal:2a6e4c80-0001-4d5f-8b9a-3c4d5e6f7a01']),
  );
});
