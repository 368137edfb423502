import { Context } from '@temporalio/activity';
import { canonical } from '../../model/canonical.ts';
import { unresolvedItems, type JournalRecord, type Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { decide, isFromAnybody, sayingOf, type Decision } from '../../model/messages/index.ts';
import type { ApproveDecision } from '../../model/messages/approve.ts';
import { quorumOf, type Pending } from '../../model/quorum.ts';
import type { DecisionContext } from '../../model/messages/judging.ts';
import type { LiftDecision } from '../../model/messages/lift.ts';
import type { Phase } from '../../model/names.ts';
import { needsPerson, waitsForOthers } from '../../model/outcome.ts';
import { RUN, step } from '../../model/next-step.ts';
import { itemHash } from '../../model/item-hash.ts';
import { keptOf } from '../../model/left-in-place.ts';
import { effectivePolicy } from '../../model/policy.ts';
import { mayBeWaived } from '../../model/sign-in.ts';
import { overrideFault } from '../../model/overridable.ts';
import { alsoAdmittedAs, saidBySame, validUntil, type Admission } from '../../model/statement/proof.ts';
import { takenBefore } from '../../model/statement/taken.ts';
import { refuse, type Verdict } from '../../model/verdict.ts';
import type { Deps } from '../deps.ts';
import { refused } from '../failures.ts';
import { withNeeded } from '../../model/quarantine.ts';
import { goByPolicy } from '../records/policy.ts';
import { currentPlan, readEarly } from '../records/plans.ts';
import { starterOf } from '../records/starter.ts';
import { proved } from './prove.ts';

export interface DecideInput {
  run: string;
  /** The phase under way: items of later phases cannot be waived yet. */
  phase: Phase;
  decision: Decision;
  /** When it came, by the workflow's time, in ISO. */
  arrivedAt: string;
}

export interface DecideResult {
  /** It is proved who says it, or names are asserted. Of what is taken from anybody only this tells. */
  proved: boolean;
  /** Ids a waive, retry or lift is about; of a lift also those that a lifted one needs. */
  items: string[];
  /** Of an approval that is not enough by itself. */
  pending?: Pending;
}

/**
 * Judges a decision against what the journal holds and records it, or records the refusal and throws Refused with the ErrorCode in
 * its details.
 */
export async function recordDecision(deps: Deps, input: DecideInput): Promise<DecideResult> {
  const { run, decision } = input;
  await goByPolicy(deps, run);
  const ledger = await deps.journal.ledger(run);
  // The manifest of the journal, not of the caller: whoever can start an activity could bring one with other approvers.
  const manifest = await deps.artifacts.kept<Manifest>(ledger.manifest ?? '');
  const says = sayingOf(decision);
  const { verdict: proof, admission } = await proved(deps, run, says, decision, input.arrivedAt);
  const mayBeBefore = Context.current().info.attempt > 1 || takenBefore(ledger.taken, decision.proof, input.arrivedAt) === 'same';
  const before = mayBeBefore ? await recordedBefore(deps, input) : undefined;
  if (before) return { items: before.items ?? [], proved: proof.ok, ...(before.pending ? { pending: before.pending } : {}) };
  const context = await contextOf(deps, input, ledger, manifest, admission);
  const verdict = proof.ok || isFromAnybody(decision) ? await judge(deps, ledger, decision, context) : proof;
  if (!verdict.ok) {
    await deps.journal.append(run, { type: 'refusal', decision, code: verdict.code, message: verdict.message });
    throw refused(verdict.code, verdict.message, verdict.next);
  }
  const items = decision.kind === 'lift' ? await lifted(deps, ledger, decision) : (context.items?.ids ?? []);
  const kept = decision.kind === 'waive' ? keptOf(items, decision.means, ledger) : {};
  const expiresAt = earlier(new Date(context.now.getTime() + manifest.waits.approvalValid).toISOString(), validUntil(decision.proof));
  const pending = decision.kind === 'approve' ? pendingAt(context, decision) : undefined;
  const line: JournalRecord = {
    type: 'decision',
    decision,
    ...(items.length > 0 ? { items } : {}),
    ...(decision.kind === 'approve' ? { expiresAt } : {}),
    ...(pending ? { pending } : {}),
    ...(Object.keys(kept).length > 0 ? { kept } : {}),
    ...(admission ? { admission } : {}),
    arrivedAt: input.arrivedAt,
  };
  await deps.journal.append(run, line);
  // A gate stands open for days: another worker may have opened it.
  if (decision.kind === 'approve') readEarly(deps, ledger);
  return { items, proved: proof.ok, ...(pending ? { pending } : {}) };
}

/** The record of the very same message, where the answer was lost: it is answered once more, and nothing is recorded twice. */
async function recordedBefore({ journal }: Deps, { run, decision, arrivedAt }: DecideInput) {
  const said = canonical(decision);
  for (const { record: r } of await journal.lines(run))
    if (r.type === 'decision' && r.arrivedAt === arrivedAt && canonical(r.decision) === said) return r;
  return undefined;
}

/** Undefined where this approval is the last that its gate needs. */
function pendingAt({ policy, gate }: DecisionContext, decision: ApproveDecision): Pending | undefined {
  const given = [...(gate?.approvals ?? []).map((a) => a.decision.by), decision.by];
  const needed = quorumOf(policy, decision.gate);
  return given.length < needed ? { given, needed } : undefined;
}

/** What is lifted stays usable only with all it needs, wherever the plan would remove that: its role's provider, its pool. */
async function lifted(deps: Deps, ledger: Ledger, { items }: LiftDecision): Promise<string[]> {
  if (items === undefined) return [...ledger.quarantined.keys()].toSorted();
  const plan = await currentPlan(deps, ledger);
  return plan ? withNeeded(plan, items) : items;
}

/** Of two times in ISO the one that comes first. */
function earlier(at: string, other: string | undefined): string {
  return other !== undefined && other < at ? other : at;
}

/** Overrides of an amendment are judged beside the plan in force. */
async function judge(deps: Deps, ledger: Ledger, decision: Decision, context: DecisionContext): Promise<Verdict> {
  if (decision.kind !== 'amend') return decide(decision, context);
  const plan = await currentPlan(deps, ledger);
  const fault = overrideFault(decision.overrides, plan, ledger, deps.policy.foreignThings ?? false);
  return fault ? refuse(fault.code, fault.message, step('plan', RUN)) : decide(decision, context);
}

async function contextOf(
  deps: Deps,
  { decision, phase }: DecideInput,
  ledger: Ledger,
  manifest: Manifest,
  admission: Admission | undefined,
): Promise<DecisionContext> {
  const policy = effectivePolicy(deps.policy, manifest);
  const starter = starterOf(ledger);
  const base: DecisionContext = {
    policy,
    admittedAs: alsoAdmittedAs(decision, policy, admission),
    // The policy may call whoever started it by another name meanwhile.
    startedBy: saidBySame(decision, starter) ? decision.by : starter.by,
    now: new Date(),
    // Where records were lost, an earlier opening may stand there without its end: the last one counts.
    gate: [...ledger.gates.values()].findLast((g) => g.outcome === undefined && !g.decided),
  };
  if (decision.kind === 'confirm') {
    const recipient = manifest.collectors.find((c) => decision.collector === `data-collector:${c.id}`)?.recipient;
    return recipient === undefined ? base : { ...base, recipient };
  }
  if (decision.kind === 'lift') return { ...base, quarantined: [...ledger.quarantined.keys()] };
  if (decision.kind !== 'waive' && decision.kind !== 'retry') return base;
  const plan = await currentPlan(deps, ledger);
  const unresolved = (plan ? unresolvedItems(ledger, plan, phase) : []).filter((id) =>
    needsPerson(ledger.outcomes.get(id)?.outcome ?? 'skipped'),
  );
  const outcomeOf = (id: string) => ledger.outcomes.get(id) ?? {};
  const held = unresolved.filter((id) => !waitsForOthers(outcomeOf(id)) && (decision.kind === 'retry' || mayBeWaived(outcomeOf(id))));
  const ids = (decision.items.only ?? held).toSorted();
  const notSignedIn = decision.kind === 'waive' ? ids.filter((id) => !mayBeWaived(outcomeOf(id))) : [];
  return { ...base, items: { ids, unresolved, hash: itemHash(ids) }, notSignedIn };
}
