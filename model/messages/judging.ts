import type { Approval } from '../decided.ts';
import type { OpenGate } from '../gate.ts';
import { isAmong, samePerson } from '../identity/person.ts';
import type { Policy } from '../policy.ts';
import { refuse, type Verdict } from '../verdict.ts';

/** What a decision is judged against. */
export interface DecisionContext {
  policy: Policy;
  startedBy: string;
  now: Date;
  /** By which names of the policy whoever decides is admitted, beside their own. */
  admittedAs?: string[];
  gate: (OpenGate & { approvals?: Approval[] }) | undefined;
  /** Who gets the one-time password of the collector a confirmation names. */
  recipient?: string;
  /** The ids a waive or retry names, and the hash of those that are unresolved now. */
  items?: { ids: string[]; unresolved: string[]; hash: string };
  /** Of these, what no waiver is about: a failed sign-in says nothing of the thing. */
  notSignedIn?: string[];
  /** What is in quarantine, where something is to be lifted. */
  quarantined?: string[];
}

/** Pure: may this person decide about a run that somebody else started, and do they say why? */
export function mayDecide(by: string, reason: string, context: DecisionContext): Verdict {
  const { policy, startedBy } = context;
  if (policy.fourEyes && samePerson(by, startedBy)) {
    return refuse('SelfApproval', `by: ${by} started this run and cannot decide about it; ask another approver`);
  }
  const known = isApprover(by, context);
  return known.ok ? saysWhy(reason) : known;
}

export function isApprover(by: string, { policy, admittedAs = [] }: Pick<DecisionContext, 'policy' | 'admittedAs'>): Verdict {
  if ([by, ...admittedAs].some((name) => isAmong(name, policy.approvers))) return { ok: true };
  return refuse('NotAnApprover', `by: ${by} is not among the approvers (${policy.approvers.join(', ')}); ask one of them`);
}

/** What only undoes or goes on is for whoever started the run, too. */
export function isStarterOrApprover(by: string, context: DecisionContext): Verdict {
  return samePerson(by, context.startedBy) ? { ok: true } : isApprover(by, context);
}

export function saysWhy(reason: string): Verdict {
  return reason.trim() ? { ok: true } : refuse('ReasonMissing', 'reason: is empty; say why in a few words');
}
