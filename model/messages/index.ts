import type { Decided } from '../decided.ts';
import type { Policy } from '../policy.ts';
import type { Saying } from '../statement/statement.ts';
import { refuse, type Verdict } from '../verdict.ts';
import { acceptRecords, type AcceptRecordsDecision } from './accept-records.ts';
import { amend, type AmendDecision } from './amend.ts';
import { approve, type ApproveDecision } from './approve.ts';
import { cancel, type CancelDecision } from './cancelled-by.ts';
import { attest, confirm, type AttestDecision, type ConfirmDecision } from './confirm-collector.ts';
import type { About, DecisionKind } from './decision-kind.ts';
import type { DecisionContext } from './judging.ts';
import { lift, type LiftDecision } from './lift.ts';
import { pause, type PauseDecision } from './pause.ts';
import { reject, type RejectDecision } from './reject.ts';
import { resume, type ResumeDecision } from './resume.ts';
import { retry, type RetryDecision } from './retry.ts';
import { waive, type WaiveDecision } from './waive.ts';

/** Everything that people decide in a run, as it stands in the journal. */
export type Decision =
  | AcceptRecordsDecision
  | AmendDecision
  | ApproveDecision
  | AttestDecision
  | CancelDecision
  | ConfirmDecision
  | LiftDecision
  | PauseDecision
  | RejectDecision
  | ResumeDecision
  | RetryDecision
  | WaiveDecision;

const KINDS: { [K in Decision['kind']]: DecisionKind<Extract<Decision, { kind: K }>> } = {
  'accept-records': acceptRecords,
  amend,
  approve,
  attest,
  cancel,
  confirm,
  lift,
  pause,
  reject,
  resume,
  retry,
  waive,
};

/** Pure: may this decision stand? The one place that says who may decide what, when. */
export function decide(decision: Decision, context: DecisionContext): Verdict {
  const ticket = ticketVerdict(decision, context.policy);
  return ticket.ok ? kindOf(decision).judge(decision, context) : ticket;
}

/** Takes a recorded decision into what stands. */
export function foldDecision(
  decided: Decided,
  { decision, items = [], expiresAt, pending, kept = {}, admission }: { decision: Decision; items?: string[] } & Partial<Omit<About, 'at'>>,
  at: string,
): void {
  kindOf(decision).fold?.(decided, decision, items, { expiresAt, pending, kept, at, admission });
}

/** Stopping for now is: it needs no proof. */
export function isFromAnybody(decision: Decision): boolean {
  return kindOf(decision).fromAnybody === true;
}

/** What a person said who made this decision. Which of confirm and attest it is, the worker finds out. */
export function sayingOf(decision: Decision): Saying {
  return decision.kind === 'attest' ? 'confirm' : decision.kind;
}

/** What was decided about what, without who and why. */
export function decisionWords({ decision, items }: { decision: Decision; items?: string[] }): string {
  return kindOf(decision).words(decision, items);
}

/** Why, in the words of whoever decided; a pause needs no reason. */
export function reasonOf({ decision: d }: { decision: Decision }): string {
  const reason = 'statement' in d ? d.statement : 'reason' in d ? d.reason : '';
  return 'ticket' in d && d.ticket !== undefined ? `${reason} (${d.ticket})` : reason;
}

/** Each entry of the list takes the decisions of its own name. */
function kindOf(decision: Decision): DecisionKind<Decision> {
  return KINDS[decision.kind];
}

/** A policy may demand a change's number with whatever changes something. */
function ticketVerdict(decision: Decision, { ticket: demanded }: Policy): Verdict {
  if (demanded === undefined || kindOf(decision).stops) return { ok: true };
  const ticket = 'ticket' in decision ? decision.ticket : undefined;
  if (ticket !== undefined && new RegExp(`^(?:${demanded})$`).test(ticket)) return { ok: true };
  const fault = ticket === undefined ? 'is missing' : `${ticket} is no such number`;
  return refuse('TicketMissing', `ticket: ${fault}; the worker's policy demands one like ${demanded} (--ticket)`);
}
