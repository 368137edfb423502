import { fingerprint } from '../../model/canonical.ts';
import { describeDiff } from '../../model/diff.ts';
import { DELETED_MESSAGE } from '../../model/names.ts';
import { RUN, step } from '../../model/next-step.ts';
import type { JournalRecord, CollectorEvent, Ledger } from '../../model/ledger.ts';
import { refusalToRemove } from '../../model/approval.ts';
import type { CollectorDecision } from '../../model/decision.ts';
import type { Manifest } from '../../model/manifest.ts';
import { isOpen, nextOpening } from '../../model/window.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { PortalApi } from '../portal/wire/clients.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable, failureMessage, notAuthorized, refused } from '../failures.ts';
import { answerOf } from '../look/answer.ts';
import { kindOf } from '../look/kinds.ts';
import { recordDecision } from '../decide/decide.ts';
import { loadPlan } from '../records/plan-in-force.ts';
import { heldBack } from './remove-item.ts';

/** A one-time password that is on its way to a person. `sentTo` is masked by the portal. */
export interface Challenge {
  deletionId: string;
  sentTo: string;
  expiresAt: string;
  attemptsLeft: number;
}

export interface CollectorInput {
  run: string;
  planHash: string;
  /** Item id, `data-collector:<id>`. */
  item: string;
  by: string;
}

export type DeletionRequested = { kind: 'challenge'; challenge: Challenge } | { kind: 'settled'; outcome: Outcome };

/** Asks the portal to delete a configuration, which sends the one-time password. Only ever after the person said to be ready. */
export async function requestDeletion(deps: Deps, input: CollectorInput): Promise<DeletionRequested> {
  const { item, api, ledger, manifest, refusal } = await open(deps, input);
  refuseOutsideWindow(manifest);
  if (refusal) return { kind: 'settled', outcome: await settle(deps, input.run, refusal) };
  const cloud = deps.clouds.portal;
  await deps.journal.append(input.run, event(item, 'ready', input.by));
  const looked = await answerOf(cloud, () => api.get(native(item)));
  if (looked.ok && looked.value === undefined) {
    const outcome = ledger.openIntents.has(item.id) ? 'removed' : 'already-gone';
    return { kind: 'settled', outcome: await settle(deps, input.run, { item: item.id, outcome, reason: 'the portal no longer lists it' }) };
  }
  const drift = looked.ok ? await driftOf(deps, item, api) : undefined;
  if (drift) return { kind: 'settled', outcome: await settle(deps, input.run, drift) };
  const asked = looked.ok ? await answerOf(cloud, () => api.requestDeletion(native(item))) : looked;
  if (!asked.ok) return { kind: 'settled', outcome: await settleFailure(deps, input.run, item, asked.failure) };
  const { deletionId, sentTo } = asked.value;
  await deps.journal.append(input.run, { ...event(item, 'deletion-requested', input.by, `sent to ${sentTo}`), deletionId });
  return { kind: 'challenge', challenge: asked.value };
}

/** Has a fresh one-time password sent (guide: "select Resend OTP"). Throws Refused 'ResendTooSoon' while the portal cools down. */
export async function resendOtp(deps: Deps, input: CollectorInput): Promise<Challenge> {
  const { item, api, ledger } = await open(deps, input);
  const deletionId = deletionOf(ledger, item);
  const sent = await answerOf(deps.clouds.portal, () => api.resend(deletionId));
  if (!sent.ok) {
    if (sent.failure.kind !== 'retry') throw refused('NotWaitingForCollector', failureMessage(sent.failure));
    if (sent.failure.retryAfterMs === undefined) throw cloudUnavailable(failureMessage(sent.failure));
    throw refused('ResendTooSoon', `a code was just sent; ask again in ${Math.ceil(sent.failure.retryAfterMs / 1000)} s`);
  }
  await deps.journal.append(input.run, event(item, 'otp-resent', input.by, `sent to ${sent.value.sentTo}`));
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
  const { item, api, ledger, manifest, refusal } = await open(deps, input);
  refuseOutsideWindow(manifest);
  if (refusal) throw notAuthorized(refusal.reason);
  const opened = await deps.sealing.open(input.sealedOtp).catch(() => undefined);
  if (!opened || opened.collector !== native(item))
    throw refused('OtpShape', 'sealedOtp: was not sealed for this collector to the workers’ key');
  const deletionId = deletionOf(ledger, item);
  const drift = await driftOf(deps, item, api);
  if (drift) return { kind: 'blocked', outcome: await settle(deps, input.run, drift) };
  if (!ledger.openIntents.has(item.id)) {
    await deps.journal.append(input.run, { type: 'intent', item: item.id, planHash: input.planHash, phase: item.phase });
  }
  const entered = await answerOf(deps.clouds.portal, () => api.confirm(deletionId, opened.otp));
  if (!entered.ok) {
    if (entered.failure.kind === 'retry') throw cloudUnavailable(entered.failure.message, entered.failure.retryAfterMs);
    const looked = await answerOf(deps.clouds.portal, () => api.get(native(item)));
    if (looked.ok && looked.value === undefined) return await deleted(deps, input, item);
    throw refused('NotWaitingForCollector', failureMessage(entered.failure));
  }
  switch (entered.value.kind) {
    case 'deleted':
      return await deleted(deps, input, item);
    case 'wrong':
      await deps.journal.append(input.run, event(item, 'otp-wrong', input.by, `${entered.value.attemptsLeft} tries left`));
      return { kind: 'wrong', attemptsLeft: entered.value.attemptsLeft };
    case 'expired':
      await deps.journal.append(input.run, event(item, 'otp-expired', input.by));
      return { kind: 'expired' };
    case 'exhausted': {
      await deps.journal.append(input.run, event(item, 'otp-exhausted', input.by));
      const reason = 'too many wrong one-time passwords; an approver may have it tried again (retry)';
      return {
        kind: 'blocked',
        outcome: await settle(deps, input.run, { item: item.id, outcome: 'blocked', code: 'OtpExhausted', reason }),
      };
    }
  }
}

/** Records that a person saw the configuration deleted, or attests that it is gone, and settles the item. */
export async function confirmCollector(deps: Deps, input: CollectorInput & { statement: string; ticket?: string }): Promise<Outcome> {
  const { item, refusal } = await open(deps, input);
  if (refusal) throw refused('NotWaitingForCollector', refusal.reason);
  const { driver } = item.snapshot as { driver: string };
  if (driver === 'http')
    throw refused('ConfirmationWrong', `collector: ${native(item)} is deleted with its one-time password; enter that`, [
      step('otp', RUN, native(item), '--by', 'NAME'),
    ]);
  if (driver === 'operator' && input.statement !== DELETED_MESSAGE) {
    throw refused('ConfirmationWrong', `statement: is not what the portal says; confirm with "${DELETED_MESSAGE}" once it has said so`);
  }
  const decision: CollectorDecision = {
    kind: driver === 'operator' ? 'confirm' : 'attest',
    collector: item.id,
    by: input.by,
    statement: input.statement,
    ...(input.ticket === undefined ? {} : { ticket: input.ticket }),
  };
  await recordDecision(deps, { run: input.run, phase: 'data-collection', decision });
  const reason = `${decision.kind === 'confirm' ? 'confirmed' : 'attested'} by ${input.by}: ${input.statement}`;
  return await settle(deps, input.run, { item: item.id, outcome: 'removed', reason });
}

/** What is deleted must be what was approved: a configuration edited since the plan waits for an amended one. */
async function driftOf(deps: Deps, item: PlanItem, api: PortalApi): Promise<Outcome | undefined> {
  const read = await answerOf(deps.clouds.portal, () => kindOf(deps.clouds.portal, item).read(api, item));
  if (!read.ok || read.value === undefined || fingerprint(read.value) === item.fingerprint) return undefined;
  const reason = `changed since the plan was made (${describeDiff(item.snapshot, read.value)}); amend the plan, or waive it`;
  return { item: item.id, outcome: 'blocked', code: 'Drift', reason };
}

async function open(deps: Deps, input: CollectorInput) {
  const ledger = deps.journal.ledger(input.run);
  if (ledger.planHash === undefined || ledger.planHash !== input.planHash) throw notAuthorized(`no plan ${input.planHash} is in force`);
  const plan = await loadPlan(deps, ledger, input.planHash);
  const item = plan.items.find((i) => i.id === input.item && i.kind === 'data-collector');
  if (!item) throw notAuthorized(`${input.item} is no collector of the plan`);
  const reason = refusalToRemove(item, plan, input.planHash, ledger, new Date());
  const refusal: Outcome | undefined = reason
    ? { item: item.id, outcome: 'blocked', code: 'NotAuthorized', reason }
    : heldBack(item, plan, ledger);
  const manifest = await deps.artifacts.get<Manifest>(plan.manifestHash);
  const api = (await deps.clouds.portal.connect(item.system, { manifest })) as PortalApi;
  return { item, ledger, manifest, api, refusal };
}

/** A deletion is a change; what a person saw or attests is recorded at any time. */
function refuseOutsideWindow({ windows }: Manifest): void {
  const now = new Date();
  if (isOpen(windows, now)) return;
  const next = nextOpening(windows, now)?.toISOString() ?? 'never';
  throw refused('OutsideWindow', `windows: nothing is changed now; the next change window opens at ${next}`);
}

async function deleted(deps: Deps, { run, by }: CollectorInput, item: PlanItem): Promise<OtpResult> {
  await deps.journal.append(run, event(item, 'otp-accepted', by));
  const outcome = await settle(deps, run, { item: item.id, outcome: 'removed', reason: DELETED_MESSAGE });
  return { kind: 'deleted', outcome };
}

async function settle(deps: Deps, run: string, outcome: Outcome): Promise<Outcome> {
  await deps.journal.append(run, { type: 'outcome', phase: 'data-collection', outcome });
  deps.log.info({ run, item: outcome.item, outcome: outcome.outcome, code: outcome.code }, 'collector settled');
  return outcome;
}

async function settleFailure(deps: Deps, run: string, item: PlanItem, failure: Parameters<typeof failureMessage>[0]): Promise<Outcome> {
  if (failure.kind === 'retry') throw cloudUnavailable(failure.message, failure.retryAfterMs);
  const code = failure.kind === 'gone' ? 'NotFound' : failure.code;
  return await settle(deps, run, { item: item.id, outcome: 'blocked', code, reason: failureMessage(failure) });
}

/** The deletion whose code is awaited, as the journal knows it: a caller could name that of another configuration. */
function deletionOf(ledger: Ledger, item: PlanItem): string {
  const deletionId = ledger.deletions.get(item.id);
  if (deletionId === undefined) throw refused('NotWaitingForCollector', `collector: ${native(item)}: no deletion was requested`);
  return deletionId;
}

function event(item: PlanItem, what: CollectorEvent, by: string, detail?: string): Extract<JournalRecord, { type: 'collector' }> {
  return { type: 'collector', collector: item.id, event: what, by, ...(detail === undefined ? {} : { detail }) };
}

function native(item: PlanItem): string {
  return item.id.slice(item.kind.length + 1);
}
