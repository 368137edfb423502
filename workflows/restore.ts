import { workflowInfo } from '@temporalio/workflow';
import { PHASES } from '../model/names.ts';
import type { Proof } from '../model/statement/statement.ts';
import { afterDryRun, step } from '../model/next-step.ts';
import { makeRestorePlan, restoreItems, startRestore } from './activities.ts';
import { approveRestore } from './gates.ts';
import { handleRestoreMessages } from './messages/index.ts';
import { dryRunEnded, refusalBy, toItsEnd, type Ending, type OffboardingResult } from './offboarding.ts';
import { whileRecordsLast } from './records.ts';
import { Run, type StepOutcome } from './run.ts';
import { workAgain } from './again.ts';
import { byStage } from './by-stage.ts';
import { carryOut } from './carry-out.ts';
import { untilResolved } from './until-resolved.ts';

export interface RestoreInput {
  tenantId: string;
  /** Journal of the run it undoes. */
  restores: string;
  /** Item ids; all that the run removed when absent. */
  only?: string[];
  startedBy: string;
  dryRun: boolean;
  /** Gives back only what that left in quarantine, without a gate; why. */
  lift?: { reason: string };
  /** What proves who starts it. */
  proof?: Proof;
  /** Whether the server knows the search attributes. */
  searchAttributes: boolean;
}

/**
 * Gives back what an offboarding removed, the last first: a plan from its journal, an approval of its own, then the guide's phases
 * backwards, then evidence. What it only left in quarantine is given back without an approval, where that is all that is asked for.
 */
export async function restore(input: RestoreInput): Promise<OffboardingResult> {
  const { tenantId, restores, startedBy, dryRun, searchAttributes } = input;
  const run = new Run({ manifest: { tenant: { id: tenantId } }, restores, startedBy, dryRun, searchAttributes }, restoreItems);
  handleRestoreMessages(run);
  return await toItsEnd(run, async () => {
    const ending = await whileRecordsLast(() => giveBack(run, input));
    const next = [step('restore', restores, '--by', 'NAME')];
    return ending === 'lost' ? { status: 'failed', reason: 'records of this restore are lost; start another', next } : ending;
  });
}

async function giveBack(run: Run, { restores, only, startedBy, dryRun, tenantId, lift, proof }: RestoreInput): Promise<Ending> {
  run.enter('preconditions');
  const what = { run: run.id, restores, ...(only === undefined ? {} : { only }) };
  run.begin(
    await startRestore({
      ...what,
      workflowId: workflowInfo().workflowId,
      startedBy,
      tenantId,
      dryRun,
      ...(lift === undefined ? {} : { lift }),
      ...(proof === undefined ? {} : { proof }),
      arrivedAt: new Date().toISOString(),
    }),
  );
  if (run.terms.failures.length > 0) return refusalBy(run.terms.failures);
  run.enter('plan');
  run.plan = await makeRestorePlan(what);
  if (dryRun) return dryRunEnded(afterDryRun(run.workflowId, restores, only));
  if (run.plan.items.every((p) => p.count === 0)) {
    return {
      status: 'refused',
      reason: `nothing of ${restores} can be given back; the plan tells why`,
      next: [step('plan', workflowInfo().workflowId)],
    };
  }
  const outcome = lift ? await backwards(run) : await approvedBackwards(run);
  switch (outcome) {
    case 'done':
      return { status: 'completed', reason: whatCameBack(run) };
    case 'rejected':
      return { status: 'denied', reason: 'an approver rejected the plan; what was removed stays removed' };
    case 'expired':
      return { status: 'denied', reason: 'the gate closed without a decision, and silence never approves; what was removed stays removed' };
    case 'amend':
    case 'lifted':
    case 'unattended':
      return {
        status: 'leftovers',
        reason: `nobody decided in time about what waited; ${whatCameBack(run)}; another restore gives the rest back`,
        next: [step('restore', restores, '--by', 'NAME')],
      };
  }
}

async function approvedBackwards(run: Run): Promise<StepOutcome> {
  const approved = await approveRestore(run);
  return approved === 'done' ? await backwards(run) : approved;
}

/** The guide's phases, the last first: each ends when all its items are back, or waived. */
async function backwards(run: Run): Promise<StepOutcome> {
  for (const phase of PHASES.toReversed()) {
    if (run.batches(phase).length === 0) continue;
    run.enter(phase);
    await byStage(run.batches(phase), (b, key) => carryOut(run, phase, `restore: ${b.label}`, key));
    const resolved = await untilResolved(run, workAgain(run));
    if (resolved !== 'done') return resolved;
  }
  return 'done';
}

function whatCameBack(run: Run): string {
  const words = [...run.outcomes.values()].map((o) => o.outcome);
  const count = (word: string) => words.filter((w) => w === word).length;
  const open = words.length - count('restored') - count('already-there');
  return `restored ${count('restored')} and compared, already there ${count('already-there')}, not given back ${open}`;
}
