import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { APPROVER, MAILBOX, smallEstate, STARTER } from '../harness/estate.ts';
import { newMail, resultOf } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectRefused, runAtCollectors } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const COLLECTOR = 'collector-aws';
const otp = (run: string, code: string) => stage.offboardWith(`${code}\n`, 'otp', run, COLLECTOR, '--by', MAILBOX);
const isThere = async () => (await stage.sandbox.client.report()).ours.left.some((key) => key.includes(COLLECTOR));

/** Says ready, and returns the code of the mail that came. */
async function readied(run: string): Promise<string> {
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  const { code, err } = await stage.offboard('ready', run, COLLECTOR, '--by', MAILBOX);
  expect([code, err]).toEqual([0, '']);
  return await newMail(stage, MAILBOX, before?.id);
}

const wrongFor = (code: string) => (code === '000000' ? '111111' : '000000');

test('no mail is sent and no code taken before somebody is ready', async () => {
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  const run = await runAtCollectors(stage, smallEstate());
  expectRefused(
    await otp(run, '123456'),
    'NotWaitingForCollector',
    `collector: ${COLLECTOR}`,
    'say first that you are ready',
    `offboard ready ${run} ${COLLECTOR}`,
  );
  const unknown = await stage.offboard('ready', run, 'collector-x', '--by', MAILBOX);
  expectRefused(unknown, 'NotWaitingForCollector', 'collector: collector-x', 'look at what it waits for', `offboard status ${run}`);
  expect((await stage.sandbox.client.newestOtp(MAILBOX))?.id).toBe(before?.id);
  expect(await isThere()).toBe(true);
});

test.each([
  ['letters', 'abcdef'],
  ['too short', '123'],
  ['eleven digits', '12345678901'],
  ['two words', '123 456'],
])('a code in the wrong shape (%s) is refused before anything is sent, and not repeated', async (_, code) => {
  const result = await otp('offboarding-none', code);
  expectRefused(result, 'OtpShape', 'otp: has not the shape', 'copy its digits from the mail');
  expect(result.err).not.toContain(code);
});

test('no code at all is refused as one of the wrong shape', async () => {
  expectRefused(await otp('offboarding-none', ''), 'OtpShape', 'copy its digits from the mail');
});

test('a wrong code costs a try, and the right one then deletes the configuration', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  const code = await readied(run);
  const wrong = await otp(run, wrongFor(code));
  expectRefused(wrong, 'OtpWrong', 'otp: is not the code that was sent', '2 tries are left', 'offboard resend-otp');
  expect(wrong.err).not.toContain(wrongFor(code));
  expect((await stage.view(run)).collectors[0]).toMatchObject({ stage: 'code-sent', challenge: { attemptsLeft: 2 } });
  expect(await isThere()).toBe(true);
  // As if the workers had had another key at first use.
  const [known = ''] = readdirSync(join(stage.home.folder, 'otp-keys')).map((name) => join(stage.home.folder, 'otp-keys', name));
  const thumbprint = readFileSync(known, 'utf8');
  writeFileSync(known, 'another');
  expectRefused(await otp(run, code), 'AnswerRefused', 'otp: was to be sealed to another key', `remove ${known}`);
  writeFileSync(known, thumbprint);
  expect((await stage.view(run)).collectors[0]).toMatchObject({ challenge: { attemptsLeft: 2 } });
  const right = await otp(run, code);
  expect([right.code, right.out]).toEqual([0, `${COLLECTOR}: Successfully deleted configuration\n`]);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expectRefused(await otp(run, code), 'GateNotOpen', `RUN: ${run} has ended (completed)`);
});

test('three wrong codes block the collector until an approver has it tried again; then it completes', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  const code = await readied(run);
  for (const left of ['2 tries are left', '1 try is left']) expectRefused(await otp(run, wrongFor(code)), 'OtpWrong', left);
  expectRefused(
    await otp(run, wrongFor(code)),
    'OtpExhausted',
    'otp: locked after 3 wrong codes',
    'an approver has it tried again',
    `offboard retry ${run}`,
  );
  expect(await isThere()).toBe(true);
  const view = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(view.unresolved).toMatchObject([{ item: `data-collector:${COLLECTOR}`, outcome: 'blocked', code: 'OtpExhausted' }]);
  expectRefused(await otp(run, code), 'NotWaitingForCollector', 'locked after 3 wrong codes', `offboard waive ${run}`);
  const status = (await stage.offboard('status', run)).out;
  expect(status).toContain(`data-collector:${COLLECTOR}: locked after 3 wrong codes`);
  expect(status).toContain(`offboard retry ${run} --by NAME`);

  expectRefused(await stage.offboard('retry', run, '--by', STARTER, '--reason', 'again'), 'SelfApproval', 'ask another approver');
  expect((await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'Dana mistyped')).code).toBe(0);
  await stage.until(run, (v) => v.collectors[0]?.stage === 'not-ready');
  const fresh = await readied(run);
  expect((await otp(run, fresh)).code).toBe(0);
  expect((await resultOf(stage, run)).status).toBe('completed');
});

test('a code that is asked for again too soon is refused with the seconds to wait, and comes afterwards', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  await readied(run);
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  const resend = () => stage.offboard('resend-otp', run, COLLECTOR, '--by', MAILBOX);
  expectRefused(await resend(), 'ResendTooSoon', 'a code was just sent', 'ask again in');
  await stage.sandbox.codeSentLongAgo();
  expect((await resend()).out).toContain('A one-time password was sent to');
  const fresh = await newMail(stage, MAILBOX, before?.id);
  expect((await otp(run, fresh)).code).toBe(0);
});

test('a code that has expired is refused, and being ready again brings a fresh one', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  const old = await readied(run);
  await stage.sandbox.change((state) => {
    const { slots } = state as unknown as { slots: { 'portal-deletions': Record<string, { expiresAt: number }> } };
    for (const deletion of Object.values(slots['portal-deletions'])) deletion.expiresAt = Date.now() - 1;
  });
  expectRefused(
    await otp(run, old),
    'OtpExpired',
    'otp: the code has expired',
    'say again that you are ready',
    `offboard ready ${run} ${COLLECTOR}`,
  );
  expect(await isThere()).toBe(true);
  const fresh = await readied(run);
  expect((await otp(run, fresh)).code).toBe(0);
  expect((await resultOf(stage, run)).status).toBe('completed');
});
