import type { Approval } from './decided.ts';
import { unresolvedItems, type Ledger } from './ledger.ts';
import { PHASES, type Gate } from './names.ts';
import { indexOf } from './plan-index.ts';
import { isApprover } from './messages/judging.ts';
import type { Plan, PlanItem } from './plan.ts';
import type { Policy } from './policy.ts';
import { alsoAdmittedAs, proofVerdict, saidBySame, type Said } from './statement/proof.ts';
import type { Where } from './statement/statement.ts';
import { gatesBefore } from './wave.ts';

/** Why an item may not be worked on, in words. `gate`: the one whose approval counts no longer, so that it is asked again. */
export interface Unauthorized {
  reason: string;
  gate?: Gate;
  /** It goes on by itself once people have decided about what is open again. */
  waits?: true;
}

/** What the journal says is judged by. */
export interface Authority {
  readonly now: Date;
  /** Pure: why an approval counts no longer, by today's policy; undefined where it does. */
  fault(approval: Approval): string | undefined;
  /** How many approvals a gate needs. */
  quorum(gate: Gate): number;
}

/** The plan in force and its hash. */
export interface InForce {
  plan: Plan;
  hash: string;
}

/**
 * Pure: does a recorded approval cover the removal of this item now? Undefined when it does, else why not. The last
 * gatekeeper: it trusts neither the workflow nor whoever started the activity (docs/architecture.md, "Authorise at the edge").
 */
export function refusalToRemove(item: PlanItem, { plan, hash }: InForce, ledger: Ledger, authority: Authority): Unauthorized | undefined {
  if (ledger.restores !== undefined) return { reason: 'this run restores; it removes nothing' };
  const refusal = refusalAtGates(item, { plan, hash }, ledger, authority, gatesBefore(plan, item));
  if (refusal !== undefined) return refusal;
  const kept = indexOf(plan)
    .contentsOf(item)
    .find((i) => ledger.waived.has(i.id));
  if (kept !== undefined) return { reason: `it would take ${kept.id} along, which an approver decided to leave in place` };
  const before = PHASES[PHASES.indexOf(item.phase) - 1];
  const open = before ? unresolvedItems(ledger, plan, before) : [];
  if (open.length === 0) return undefined;
  const asked = open.every((id) => ledger.reopened.has(id));
  return { reason: `${open.length} items of earlier phases are unresolved, such as ${open[0]}`, ...(asked ? { waits: true } : {}) };
}

/** Pure: does a recorded approval cover the restore of this item now? As `refusalToRemove`. What is only lifted from quarantine needs none. */
export function refusalToRestore(item: PlanItem, inForce: InForce, ledger: Ledger, authority: Authority): Unauthorized | undefined {
  if (ledger.startedBy !== undefined && ledger.restores === undefined) return { reason: 'this run removes; it restores nothing' };
  return refusalAtGates(item, inForce, ledger, authority, gatesOfRestore(ledger));
}

/** Pure: whose lift it is was judged when it began. */
export function gatesOfRestore({ lifts }: Pick<Ledger, 'lifts'>): Gate[] {
  return lifts === undefined ? ['restore'] : [];
}

function refusalAtGates(
  item: PlanItem,
  { plan, hash }: InForce,
  ledger: Ledger,
  { now, fault, quorum }: Authority,
  needed: Gate[],
): Unauthorized | undefined {
  if (ledger.startedBy === undefined) return { reason: 'the journal knows no such run' };
  if (ledger.ended !== undefined) return { reason: `the run has ended (${ledger.ended})` };
  if (ledger.planHash !== hash) return { reason: `plan ${hash} is not the plan in force` };
  if (!indexOf(plan).byId.has(item.id)) return { reason: `${item.id} is not in the plan` };
  if (ledger.waived.has(item.id)) return { reason: 'an approver decided to leave it in place' };
  for (const name of needed) {
    // The last opening counts: what an earlier one allowed may have expired, or be asked about again.
    const last = [...ledger.gates.values()].findLast((g) => g.gate === name && g.planHash === hash);
    const approvals = last?.outcome === 'rejected' || last?.decided !== 'approved' ? [] : (last.approvals ?? []);
    if (approvals.length === 0) return { reason: `gate ${name} holds no approval of plan ${hash}` };
    const lapsed = approvals.flatMap((approval) => {
      const over = now >= new Date(approval.expiresAt) ? `expired at ${approval.expiresAt}` : fault(approval);
      return over === undefined ? [] : [`the approval of gate ${name} by ${approval.decision.by} counts no longer: ${over}`];
    });
    const needed = quorum(name);
    if (approvals.length - lapsed.length >= needed) continue;
    return { reason: [...lapsed, ...(needed > 1 ? [`gate ${name} needs ${needed} approvals`] : [])].join('; '), gate: name };
  }
  return undefined;
}

/** Pure: may the quarantine of this item be lifted? Undefined when it may. It only undoes what the run did: no gate stands before it. */
export function refusalToLift(item: Pick<PlanItem, 'id'>, ledger: Ledger): Unauthorized | undefined {
  if (ledger.ended !== undefined) return { reason: `the run has ended (${ledger.ended})` };
  return ledger.quarantined.has(item.id) ? undefined : { reason: 'this run did not put it in quarantine' };
}

/** Pure: why an approval counts no longer by this policy; undefined where it does. */
export function approvalFault({ decision, at, admission }: Approval, policy: Policy, where: Where, starter: Said): string | undefined {
  const { by } = decision;
  if (policy.fourEyes && saidBySame(decision, starter)) return `${by} started the run`;
  const verdicts = [
    isApprover(by, { policy, admittedAs: alsoAdmittedAs(decision, policy, admission) }),
    proofVerdict('approve', decision, { policy, where, recordedAt: new Date(at), admission }),
  ];
  return verdicts.flatMap((v) => (v.ok ? [] : [v.message]))[0];
}
