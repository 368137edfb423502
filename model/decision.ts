import type { ErrorCode } from './errors.ts';
import type { Gate } from './names.ts';
import { RUN, step, type NextStep } from './next-step.ts';
import type { Policy } from './policy.ts';

/** What an approver says of a gate. `planHash` in hex; `opening` counts a gate's openings from 1. */
export interface GateDecision {
  kind: 'approve' | 'reject';
  gate: Gate;
  opening: number;
  planHash: string;
  by: string;
  reason: string;
  ticket?: string;
}

/** A set of unresolved items, named by how many and by the SHA-256 of their sorted ids, one a line. */
export interface ItemSet {
  count: number;
  hash: string;
  /** The ids; absent for all that are unresolved and do not merely wait for others. */
  only?: string[];
}

/** An approver's word on unresolved items: leave them in place, or try again. */
export interface ItemDecision {
  kind: 'waive' | 'retry';
  items: ItemSet;
  by: string;
  reason: string;
  ticket?: string;
}

/** A request for an amended plan: approvers and whoever started the run may make it; the plan itself is approved as ever. */
export interface AmendDecision {
  kind: 'amend';
  by: string;
  reason: string;
  /** Guards that the amended plan lifts, so that its hash covers it. */
  overrides: { item: string; reason: string }[];
  ticket?: string;
}

/** A person's word that a collector configuration is gone: seen deleted in the portal, or attested where the portal is retired. */
export interface CollectorDecision {
  kind: 'confirm' | 'attest';
  collector: string;
  by: string;
  /** For `confirm` the portal's own words; for `attest` what the attestation rests on. */
  statement: string;
  ticket?: string;
}

/** Stopping between items, for a while or for good, is safe, so anybody named may; going on is for whoever started the run and for approvers. */
export interface PauseDecision {
  kind: 'pause' | 'resume' | 'cancel';
  by: string;
}

/** Give back what is in quarantine, and leave it in place: the items, with what they need; all of them, and the run ends, where absent. */
export interface LiftDecision {
  kind: 'lift';
  items?: string[];
  by: string;
  reason: string;
}

export type Decision = GateDecision | ItemDecision | AmendDecision | CollectorDecision | PauseDecision | LiftDecision;

export interface OpenGate {
  gate: Gate;
  opening: number;
  planHash: string;
  /** ISO times. */
  openedAt: string;
  expiresAt: string;
}

export type Verdict = { ok: true } | { ok: false; code: ErrorCode; message: string; next?: NextStep[] };

const refuse = (code: ErrorCode, message: string, ...next: NextStep[]): Verdict => ({
  ok: false,
  code,
  message,
  ...(next.length > 0 ? { next } : {}),
});

/** Shows what is open, what waits and what is in quarantine. */
const LOOK = step('status', RUN);

/** What a decision is judged against. */
export interface DecisionContext {
  policy: Policy;
  startedBy: string;
  now: Date;
  gate: OpenGate | undefined;
  /** Who gets the one-time password of the collector a confirmation names. */
  recipient?: string;
  /** The ids a waive or retry names, and the hash of those that are unresolved now. */
  items?: { ids: string[]; unresolved: string[]; hash: string };
  /** What is in quarantine, where something is to be lifted. */
  quarantined?: string[];
}

/** Pure: may this decision stand? The one place that says who may decide what, when. */
export function decide(decision: Decision, context: DecisionContext): Verdict {
  const ticket = decideTicket(decision, context.policy);
  if (!ticket.ok) return ticket;
  switch (decision.kind) {
    case 'approve':
    case 'reject':
      return decideGate(decision, context);
    case 'waive':
    case 'retry':
      return decideItems(decision, context);
    case 'amend':
      return decision.by === context.startedBy && decision.reason.trim() ? { ok: true } : mayDecide(decision.by, decision.reason, context);
    case 'confirm':
      return decision.by === context.recipient ? { ok: true } : mayDecide(decision.by, decision.statement, context);
    case 'pause':
    case 'cancel':
      return { ok: true };
    case 'resume':
      return decision.by === context.startedBy ? { ok: true } : isApprover(decision.by, context);
    case 'attest':
      return mayDecide(decision.by, decision.statement, context);
    case 'lift':
      return decideLift(decision, context);
  }
}

const STOPPING: ReadonlySet<Decision['kind']> = new Set(['pause', 'resume', 'cancel', 'reject', 'lift']);

/** A policy may demand a change's number with whatever changes something. Stopping, in any way, never needs one. */
function decideTicket(decision: Decision, { ticket: demanded }: Policy): Verdict {
  if (demanded === undefined || STOPPING.has(decision.kind)) return { ok: true };
  const ticket = 'ticket' in decision ? decision.ticket : undefined;
  if (ticket !== undefined && new RegExp(`^(?:${demanded})$`).test(ticket)) return { ok: true };
  const fault = ticket === undefined ? 'is missing' : `${ticket} is no such number`;
  return refuse('TicketMissing', `ticket: ${fault}; the worker's policy demands one like ${demanded} (--ticket)`);
}

function mayDecide(by: string, reason: string, { policy, startedBy }: DecisionContext): Verdict {
  if (policy.fourEyes && by === startedBy) {
    return refuse('SelfApproval', `by: ${by} started this run and cannot decide about it; ask another approver`);
  }
  const known = isApprover(by, { policy });
  if (!known.ok) return known;
  if (!reason.trim()) return refuse('ReasonMissing', 'reason: is empty; say why in a few words');
  return { ok: true };
}

function isApprover(by: string, { policy }: Pick<DecisionContext, 'policy'>): Verdict {
  if (policy.approvers.includes(by)) return { ok: true };
  return refuse('NotAnApprover', `by: ${by} is not among the approvers (${policy.approvers.join(', ')}); ask one of them`);
}

function decideGate(decision: GateDecision, context: DecisionContext): Verdict {
  const open = gateVerdict(decision, context.gate, context.now);
  if (!open.ok) return open;
  if (decision.kind === 'reject' && decision.by === context.startedBy) return { ok: true };
  return mayDecide(decision.by, decision.reason, context);
}

/** Pure: is the gate that a decision names the one that is open, in time, with the plan it names? */
export function gateVerdict(decision: GateDecision, gate: OpenGate | undefined, now: Date): Verdict {
  if (!gate || gate.gate !== decision.gate || gate.opening !== decision.opening) {
    const open = gate ? `open is gate ${gate.gate}, opening ${gate.opening}` : 'no gate is open';
    return refuse(
      'GateNotOpen',
      `gate: ${decision.gate}, opening ${decision.opening}, is not open (${open}); look at what the run waits for`,
      LOOK,
    );
  }
  if (now >= new Date(gate.expiresAt)) {
    return refuse('GateExpired', `gate: ${gate.gate} closed at ${gate.expiresAt}; start a new run`);
  }
  if (gate.planHash !== decision.planHash) {
    return refuse(
      'PlanHashMismatch',
      `planHash: ${decision.planHash} is not the plan that waits (${gate.planHash}); read the plan again`,
      step('plan', RUN),
    );
  }
  return { ok: true };
}

function decideItems(decision: ItemDecision, context: DecisionContext): Verdict {
  const items = context.items;
  const known = items && items.ids.length > 0 && items.ids.every((id) => items.unresolved.includes(id));
  if (!known || items.ids.length !== decision.items.count || items.hash !== decision.items.hash) {
    return refuse('ItemsMismatch', 'items: these are not the items that wait now; look at what waits and name them again', LOOK);
  }
  return mayDecide(decision.by, decision.reason, context);
}

/** Giving back what was only denied must not wait for a second pair of eyes: whoever started the run may, and each approver. */
function decideLift({ items, by, reason }: LiftDecision, context: DecisionContext): Verdict {
  const quarantined = context.quarantined ?? [];
  const stranger = items?.find((id) => !quarantined.includes(id));
  if (stranger !== undefined) return refuse('ItemsMismatch', `items: ${stranger} is not in quarantine; look at what is`, LOOK);
  if (quarantined.length === 0) return refuse('ItemsMismatch', 'items: nothing is in quarantine');
  const known = by === context.startedBy ? { ok: true as const } : isApprover(by, context);
  if (!known.ok) return known;
  return reason.trim() ? { ok: true } : refuse('ReasonMissing', 'reason: is empty; say why in a few words');
}
