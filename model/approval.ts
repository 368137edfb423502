import { unresolvedItems, type Ledger } from './ledger.ts';
import { PHASES, type Gate } from './names.ts';
import { indexOf } from './plan-index.ts';
import type { Plan, PlanItem } from './plan.ts';
import { gatesBefore } from './wave.ts';

/**
 * Pure: does a recorded approval cover the removal of this item now? Undefined when it does, else why not, in words. The last
 * gatekeeper: it trusts neither the workflow nor whoever started the activity (docs/architecture.md, "Authorise at the edge").
 */
export function refusalToRemove(item: PlanItem, plan: Plan, hash: string, ledger: Ledger, now: Date): string | undefined {
  if (ledger.restores !== undefined) return 'this run restores; it removes nothing';
  const refusal = refusalAtGates(item, plan, hash, ledger, now, gatesBefore(plan, item));
  if (refusal !== undefined) return refusal;
  const kept = indexOf(plan)
    .contentsOf(item)
    .find((i) => ledger.waived.has(i.id));
  if (kept !== undefined) return `it would take ${kept.id} along, which an approver decided to leave in place`;
  const before = PHASES[PHASES.indexOf(item.phase) - 1];
  const open = before ? unresolvedItems(ledger, plan, before) : [];
  if (open.length > 0) return `${open.length} items of earlier phases are unresolved, such as ${open[0]}`;
  return undefined;
}

/** Pure: does a recorded approval cover the restore of this item now? As `refusalToRemove`. */
export function refusalToRestore(item: PlanItem, plan: Plan, hash: string, ledger: Ledger, now: Date): string | undefined {
  if (ledger.startedBy !== undefined && ledger.restores === undefined) return 'this run removes; it restores nothing';
  return refusalAtGates(item, plan, hash, ledger, now, ['restore']);
}

function refusalAtGates(item: PlanItem, plan: Plan, hash: string, ledger: Ledger, now: Date, needed: Gate[]): string | undefined {
  if (ledger.startedBy === undefined) return 'the journal knows no such run';
  if (ledger.ended !== undefined) return `the run has ended (${ledger.ended})`;
  if (ledger.planHash !== hash) return `plan ${hash} is not the plan in force`;
  if (!indexOf(plan).byId.has(item.id)) return `${item.id} is not in the plan`;
  if (ledger.waived.has(item.id)) return 'an approver decided to leave it in place';
  for (const name of needed) {
    // The last opening counts: what an earlier one allowed may have expired, or be asked about again.
    const last = [...ledger.gates.values()].findLast((g) => g.gate === name && g.planHash === hash);
    const approval = last?.outcome === 'rejected' ? undefined : last?.approval;
    if (!approval) return `gate ${name} holds no approval of plan ${hash}`;
    if (now >= new Date(approval.expiresAt)) return `the approval of gate ${name} by ${approval.by} expired at ${approval.expiresAt}`;
  }
  return undefined;
}

/** Pure: may the quarantine of this item be lifted? Undefined when it may. It only undoes what the run did: no gate stands before it. */
export function refusalToLift(item: Pick<PlanItem, 'id'>, ledger: Ledger): string | undefined {
  if (ledger.ended !== undefined) return `the run has ended (${ledger.ended})`;
  return ledger.quarantined.has(item.id) ? undefined : 'this run did not put it in quarantine';
}
