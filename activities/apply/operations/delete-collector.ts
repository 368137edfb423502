import { refusalToRemove } from '../../../model/approval.ts';
import { counted } from '../../../model/counted.ts';
import type { FailureClass } from '../../../model/errors.ts';
import type { CollectorEvent, JournalRecord } from '../../../model/ledger.ts';
import type { Challenge } from '../../../model/messages/collector.ts';
import type { CollectorDecision } from '../../../model/messages/confirm-collector.ts';
import { DELETED_MESSAGE } from '../../../model/names.ts';
import { RUN, step as nextStep } from '../../../model/next-step.ts';
import { isResolved, OTP_EXHAUSTED, type Outcome } from '../../../model/outcome.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { isOpen, nextOpening } from '../../../model/window.ts';
import { recordDecision } from '../../decide/decide.ts';
import type { Deps } from '../../deps.ts';
import { cloudUnavailable, failureMessage, notAuthorized, refused } from '../../failures.ts';
import { answerOf } from '../../look/answer.ts';
import { kindOf } from '../../look/kinds.ts';
import type { PortalApi } from '../../portal/wire/clients.ts';
import { heldBack } from '../held-back.ts';
import { blocked, intentOf, type Judgement, type Operation } from '../operation.ts';
import { append, barred, intend, openWork, recordOutcome, type Work } from '../work.ts';
import { judgeRemoval } from './remove.ts';

/**
 * Deletes a collector configuration (guide, "Stop data collection"). Its one-time password goes to a person, so the call is in steps, each an
 * activity: request, resend, enter; where no cloud can be asked a person confirms instead. Somebody waits for each step: nothing is repeated
 * within one. No restore is its opposite, since nothing brings a configuration back.
 */
const DELETE_COLLECTOR: Operation = {
  refusal: refusalToRemove,
  held: (item, { plan, ledger }) => heldBack(item, plan, ledger),
  intent: intentOf,
  judge: judgeRemoval,
};

export interface CollectorInput {
  run: string;
  planHash: string;
  /** Item id, `data-collector:<id>`. */
  item: string;
  by: string;
}

export type DeletionRequested = { kind: 'challenge'; challenge: Challenge } | { kind: 'outcome'; outcome: Outcome };

/** Asks the portal to delete a configuration, which sends the one-time password. Only ever after the person said to be ready. */
export async function requestDeletion(deps: Deps, input: CollectorInput): Promise<DeletionRequested> {
  const step = await openStep(deps, input);
  const end = async (outcome: Outcome): Promise<DeletionRequested> => ({ kind: 'outcome', outcome: await step.record(outcome) });
  refuseOutsideWindow(step);
  const bar = barred(step.work, step.item);
  if (bar) return await end(bar);
  await step.note('ready');
  const portal = await step.connect();
  const judged = await step.judge(portal);
  if (judged !== 'call') return await end(judged);
  const asked = await answerOf(deps.clouds.portal, () => portal.requestDeletion(step.id));
  if (!asked.ok) return await end(blockedBy(step, asked.failure));
  await step.note('deletion-requested', `sent to ${asked.value.sentTo}`, asked.value.deletionId);
  return { kind: 'challenge', challenge: asked.value };
}

/** Has a fresh one-time password sent (guide: "select Resend OTP"). Throws Refused 'ResendTooSoon' while the portal cools down. */
export async function resendOtp(deps: Deps, input: CollectorInput): Promise<Challenge> {
  const step = await openStep(deps, input);
  const portal = await step.connect();
  const deletionId = deletionOf(step);
  const sent = await answerOf(deps.clouds.portal, () => portal.resend(deletionId));
  if (!sent.ok) {
    if (sent.failure.kind !== 'retry') throw refused('NotWaitingForCollector', failureMessage(sent.failure));
    if (sent.failure.retryAfterMs === undefined) throw cloudUnavailable(failureMessage(sent.failure));
    throw refused('ResendTooSoon', `a code was just sent; ask again in ${Math.ceil(sent.failure.retryAfterMs / 1000)} s`);
  }
  await step.note('otp-resent', `sent to ${sent.value.sentTo}`);
  return sent.value;
}

export type OtpResult =
  | { kind: 'deleted'; outcome: Outcome }
  | { kind: 'wrong'; attemptsLeft: number }
  /** Too many wrong codes, or changed since it was approved: an approver decides. */
  | { kind: 'blocked'; outcome: Outcome }
  | { kind: 'expired' };

/** Enters the one-time password. It is opened here, sent to the portal and forgotten: nothing returned or thrown holds it. */
export async function enterOtp(deps: Deps, input: CollectorInput & { sealedOtp: string }): Promise<OtpResult> {
  const step = await openStep(deps, input);
  refuseOutsideWindow(step);
  const bar = barred(step.work, step.item);
  if (bar) throw notAuthorized(bar.reason);
  const opened = await deps.sealing.open(input.sealedOtp).catch(() => undefined);
  if (opened?.collector !== step.id) throw refused('OtpShape', 'sealedOtp: was not sealed for this collector to the workers’ key');
  const deletionId = deletionOf(step);
  const portal = await step.connect();
  const judged = await step.judge(portal);
  if (judged !== 'call') return { kind: isResolved(judged.outcome) ? 'deleted' : 'blocked', outcome: await step.record(judged) };
  // A code that is tried again belongs to the intent that stands.
  if (!step.work.ledger.openIntents.has(step.item.id)) await intend(step.work, [step.item]);
  const entered = await answerOf(deps.clouds.portal, () => portal.confirm(deletionId, opened.otp));
  if (!entered.ok) {
    if (entered.failure.kind === 'retry') throw cloudUnavailable(entered.failure.message, entered.failure.retryAfterMs);
    const there = await answerOf(deps.clouds.portal, () => portal.get(step.id));
    if (there.ok && there.value === undefined) return await deleted(step);
    throw refused('NotWaitingForCollector', failureMessage(entered.failure));
  }
  switch (entered.value.kind) {
    case 'deleted':
      return await deleted(step);
    case 'wrong':
      await step.note('otp-wrong', `${entered.value.attemptsLeft} tries left`);
      return { kind: 'wrong', attemptsLeft: entered.value.attemptsLeft };
    case 'expired':
      await step.note('otp-expired');
      return { kind: 'expired' };
    case 'exhausted': {
      await step.note('otp-exhausted');
      const reason = `locked after ${counted(wrongCodes(deps, input) + 1, 'wrong code')}`;
      return { kind: 'blocked', outcome: await step.record(blocked(step.item, OTP_EXHAUSTED, reason)) };
    }
  }
}

/** How many wrong codes were entered for the deletion under way. */
function wrongCodes(deps: Deps, { run, item }: CollectorInput): number {
  const events = deps.journal.lines(run).flatMap(({ record: r }) => (r.type === 'collector' && r.collector === item ? [r.event] : []));
  return events.slice(events.lastIndexOf('deletion-requested') + 1).filter((e) => e === 'otp-wrong').length;
}

/** Records that a person saw the configuration deleted, or attests that it is gone, and the outcome that follows. */
export async function confirmCollector(deps: Deps, input: CollectorInput & { statement: string; ticket?: string }): Promise<Outcome> {
  const { run, by, statement, ticket } = input;
  const step = await openStep(deps, input);
  const bar = barred(step.work, step.item);
  if (bar) throw refused('NotWaitingForCollector', bar.reason);
  const { driver } = step.item.snapshot as { driver: string };
  if (driver === 'http')
    throw refused('ConfirmationWrong', `collector: ${step.id} is deleted with its one-time password; enter that`, [
      nextStep('otp', RUN, step.id, '--by', 'NAME'),
    ]);
  if (driver === 'operator' && statement !== DELETED_MESSAGE) {
    throw refused('ConfirmationWrong', `statement: is not what the portal says; confirm with "${DELETED_MESSAGE}" once it has said so`);
  }
  const kind = driver === 'operator' ? 'confirm' : 'attest';
  const decision: CollectorDecision = { kind, collector: step.item.id, by, statement, ...(ticket === undefined ? {} : { ticket }) };
  await recordDecision(deps, { run, phase: 'data-collection', decision });
  const reason = `${kind === 'confirm' ? 'confirmed' : 'attested'} by ${by}: ${statement}`;
  return await step.record({ item: step.item.id, outcome: 'removed', reason });
}

/** One step of a deletion: its item, and what it may do with it. */
interface Step {
  work: Work;
  item: PlanItem;
  /** The portal's id of the configuration. */
  id: string;
  connect(): Promise<PortalApi>;
  /** What is deleted must be what was approved: read again before each call that deletes. */
  judge(portal: PortalApi): Promise<Outcome | 'call'>;
  note(event: CollectorEvent, detail?: string, deletionId?: string): Promise<void>;
  record(outcome: Outcome): Promise<Outcome>;
}

/** Throws NotAuthorized for a run, plan or collector that the journal does not know. */
async function openStep(deps: Deps, { by, ...input }: CollectorInput): Promise<Step> {
  const work = await openWork(deps, input, DELETE_COLLECTOR);
  const item = work.plan.items.find((i) => i.id === input.item && i.kind === 'data-collector');
  if (!item) throw notAuthorized(`${input.item} is no collector of the plan`);
  const cloud = deps.clouds.portal;
  const { ledger, known, manifest } = work;
  const step: Step = {
    work,
    item,
    id: item.id.slice(item.kind.length + 1),
    connect: async () => (await cloud.connect(item.system, { manifest })) as PortalApi,
    async judge(api) {
      const judged = await answerOf<Judgement>(cloud, async () =>
        work.operation.judge(item, await kindOf(cloud, item).read(api, item), { cloud, api, ledger, known }),
      );
      if (!judged.ok) return blockedBy(step, judged.failure);
      return judged.value === 'as-wanted' ? 'call' : judged.value;
    },
    note: (event, detail, deletionId) => append(work, eventOf(item, event, by, detail, deletionId)),
    record: (outcome) => recordOutcome(work, item, outcome),
  };
  return step;
}

/** Throws CloudUnavailable where a try more may help. */
function blockedBy({ item }: Step, failure: FailureClass): Outcome {
  if (failure.kind === 'retry') throw cloudUnavailable(failure.message, failure.retryAfterMs);
  return blocked(item, failure.code, failureMessage(failure));
}

/** A deletion is a change; what a person saw or attests is recorded at any time. */
function refuseOutsideWindow({ work: { manifest } }: Step): void {
  const now = new Date();
  if (isOpen(manifest.windows, now)) return;
  const next = nextOpening(manifest.windows, now)?.toISOString() ?? 'never';
  throw refused('OutsideWindow', `windows: nothing is changed now; the next change window opens at ${next}`);
}

async function deleted(step: Step): Promise<OtpResult> {
  await step.note('otp-accepted');
  return { kind: 'deleted', outcome: await step.record({ item: step.item.id, outcome: 'removed', reason: DELETED_MESSAGE }) };
}

/** The deletion whose code is awaited, as the journal knows it: a caller could name that of another configuration. */
function deletionOf({ work, item, id }: Step): string {
  const deletionId = work.ledger.deletions.get(item.id);
  if (deletionId === undefined) throw refused('NotWaitingForCollector', `collector: ${id}: no deletion was requested`);
  return deletionId;
}

function eventOf(
  item: PlanItem,
  event: CollectorEvent,
  by: string,
  detail: string | undefined,
  deletionId: string | undefined,
): JournalRecord {
  return {
    type: 'collector',
    collector: item.id,
    event,
    by,
    ...(detail === undefined ? {} : { detail }),
    ...(deletionId === undefined ? {} : { deletionId }),
  };
}
