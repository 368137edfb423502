import { counted } from '../../../../model/counted.ts';
import type { Challenge } from '../../../../model/messages/collector.ts';
import { DELETED_MESSAGE } from '../../../../model/names.ts';
import { isResolved, OTP_EXHAUSTED, type Outcome } from '../../../../model/outcome.ts';
import { SAID_BEFORE, takenBefore } from '../../../../model/statement/taken.ts';
import type { Deps } from '../../../deps.ts';
import { cloudUnavailable, failureMessage, notAuthorized, refused } from '../../../failures.ts';
import { answerOf } from '../../../answer.ts';
import { blocked } from '../../operation.ts';
import { barred, doneBefore, intend } from '../../work.ts';
import {
  blockedBy,
  deletionOf,
  demandAnother,
  demandProof,
  openStep,
  demandChangeTime,
  type CollectorInput,
  type SaidOfCollector,
  type Step,
} from './step.ts';

export type DeletionRequested =
  | { kind: 'challenge'; challenge: Challenge }
  | { kind: 'outcome'; outcome: Outcome }
  /** Its person clicks, and confirms what they see. */
  | { kind: 'by-hand' };

/** Asks the portal to delete a configuration, which sends the one-time password. Only ever after the person said to be ready. Of what is done by hand only that is recorded. */
export async function requestDeletion(deps: Deps, input: CollectorInput): Promise<DeletionRequested> {
  const said = await demandProof(deps, 'ready', input);
  const step = await openStep(deps, input);
  const end = async (outcome: Outcome): Promise<DeletionRequested> => ({ kind: 'outcome', outcome: await step.record(outcome) });
  if ((step.item.snapshot as { driver: string }).driver === 'operator') {
    await step.note('ready', said);
    return { kind: 'by-hand' };
  }
  demandChangeTime(step);
  const bar = barred(step.work, step.item);
  if (bar) return await end(bar);
  await step.note('ready', said);
  const portal = await step.connect();
  const judged = await step.judge(portal);
  if (judged !== 'call') return await end(judged);
  const asked = await answerOf(deps.clouds.portal, () => portal.requestDeletion(step.id));
  if (!asked.ok) return await end(blockedBy(step, asked.failure));
  await step.note('deletion-requested', { detail: `sent to ${asked.value.sentTo}`, deletionId: asked.value.deletionId });
  return { kind: 'challenge', challenge: asked.value };
}

/** Has a fresh one-time password sent (guide: "select Resend OTP"). Throws Refused 'ResendTooSoon' while the portal cools down. */
export async function resendOtp(deps: Deps, input: CollectorInput): Promise<Challenge> {
  const said = await demandProof(deps, 'resend-otp', input);
  const step = await openStep(deps, input);
  const portal = await step.connect();
  const deletionId = deletionOf(step);
  const sent = await answerOf(deps.clouds.portal, () => portal.resend(deletionId));
  if (!sent.ok) {
    if (sent.failure.kind !== 'retry') throw refused('NotWaitingForCollector', failureMessage(sent.failure));
    if (sent.failure.retryAfterMs === undefined) throw cloudUnavailable(failureMessage(sent.failure));
    throw refused('ResendTooSoon', `a code was just sent; ask again in ${Math.ceil(sent.failure.retryAfterMs / 1000)} s`);
  }
  await step.note('otp-resent', { ...said, detail: `sent to ${sent.value.sentTo}` });
  return sent.value;
}

export type OtpResult =
  | { kind: 'deleted'; outcome: Outcome }
  | { kind: 'wrong'; attemptsLeft: number }
  /** Too many wrong codes, changed since it was approved, or that approval counts no longer: an approver decides. */
  | { kind: 'blocked'; outcome: Outcome }
  | { kind: 'expired' };

/** Enters the one-time password. It is opened here, sent to the portal and forgotten: nothing returned or thrown holds it. */
export async function enterOtp(deps: Deps, input: CollectorInput & { sealedOtp: string }): Promise<OtpResult> {
  const said = await demandProof(deps, 'otp', input, { sealedOtp: input.sealedOtp });
  const step = await openStep(deps, input);
  // By a try before this one, whose answer was lost.
  const done = doneBefore(step.work, step.item);
  if (done && isResolved(done.outcome)) return { kind: 'deleted', outcome: done };
  demandAnother(deps, step.work, input);
  demandChangeTime(step);
  const bar = barred(step.work, step.item);
  if (bar?.code === 'NotAuthorized') throw notAuthorized(bar.reason);
  if (bar) return { kind: 'blocked', outcome: await step.record(bar) };
  const opened = await deps.sealing.open(input.sealedOtp).catch(() => undefined);
  if (opened?.collector !== step.id) throw refused('OtpShape', 'sealedOtp: was not sealed for this collector to the workers’ key');
  const deletionId = deletionOf(step);
  const portal = await step.connect();
  const judged = await step.judge(portal);
  if (judged !== 'call') return { kind: isResolved(judged.outcome) ? 'deleted' : 'blocked', outcome: await step.record(judged) };
  // It was entered before, and deleted nothing.
  if (takenBefore(step.work.ledger.taken, input.proof, input.arrivedAt)) throw refused(SAID_BEFORE.code, SAID_BEFORE.message);
  // A code that is tried again belongs to the intent that stands.
  if (!step.work.ledger.openIntents.has(step.item.id)) await intend(step.work, [step.item]);
  const entered = await answerOf(deps.clouds.portal, () => portal.confirm(deletionId, opened.otp));
  if (!entered.ok) {
    if (entered.failure.kind === 'retry') throw cloudUnavailable(entered.failure.message, entered.failure.retryAfterMs);
    const there = await answerOf(deps.clouds.portal, () => portal.get(step.id));
    if (there.ok && there.value === undefined) return await deleted(step, said);
    throw refused('NotWaitingForCollector', failureMessage(entered.failure));
  }
  switch (entered.value.kind) {
    case 'deleted':
      return await deleted(step, said);
    case 'wrong':
      await step.note('otp-wrong', { ...said, detail: `${entered.value.attemptsLeft} tries left` });
      return { kind: 'wrong', attemptsLeft: entered.value.attemptsLeft };
    case 'expired':
      await step.note('otp-expired', said);
      return { kind: 'expired' };
    case 'exhausted': {
      await step.note('otp-exhausted', said);
      const reason = `locked after ${counted((await wrongCodes(deps, input)) + 1, 'wrong code')}`;
      return { kind: 'blocked', outcome: await step.record(blocked(step.item, OTP_EXHAUSTED, reason)) };
    }
  }
}

/** How many wrong codes were entered for the deletion under way. */
async function wrongCodes(deps: Deps, { run, item }: CollectorInput): Promise<number> {
  const events = (await deps.journal.lines(run)).flatMap(({ record: r }) =>
    r.type === 'collector' && r.collector === item ? [r.event] : [],
  );
  return events.slice(events.lastIndexOf('deletion-requested') + 1).filter((e) => e === 'otp-wrong').length;
}

async function deleted(step: Step, said: SaidOfCollector): Promise<OtpResult> {
  await step.note('otp-accepted', said);
  return { kind: 'deleted', outcome: await step.record({ item: step.item.id, outcome: 'removed', reason: DELETED_MESSAGE }) };
}
