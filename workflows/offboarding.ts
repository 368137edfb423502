import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { messageOf } from '../model/errors.ts';
import type { MaybeOurs } from '../model/maybe-ours.ts';
import type { RunView } from '../model/messages/status.ts';
import type { RunStatus } from '../model/names.ts';
import { afterDryRun, type NextStep, type Reason } from '../model/next-step.ts';
import type { PhaseCounts } from '../model/outcome.ts';
import { adoptRun, checkBreaker, endRun, makePlan, readOwnAccess, startRun, verify } from './activities.ts';
import { approveCollectors, approvePlan } from './gates.ts';
import { liftRest, staysDenied } from './lift.ts';
import { handleMessages } from './messages/index.ts';
import { deleteOidcApplications } from './phases/delete-oidc-applications.ts';
import { disableSignIn } from './phases/disable-sign-in.ts';
import { removePermissions } from './phases/remove-permissions.ts';
import { stopDataCollection } from './phases/stop-data-collection.ts';
import { readEstate, type PartRead } from './read-estate.ts';
import { whileRecordsLast } from './records.ts';
import { Run, type StepOutcome } from './run.ts';
import type { OffboardingInput } from './run-state.ts';
import { viewOf } from './view.ts';

export interface OffboardingResult {
  run: string;
  status: RunStatus;
  reason: string;
  /** Told before anything else, in words: what Permissions Management can still act as, and what the manifest left out; absent for nothing. */
  first?: string[];
  /** What may be typed about it. */
  next?: NextStep[];
  planHash?: string;
  phases: PhaseCounts[];
  /** Null when it ended before the verification. */
  leftovers: string[] | null;
  /** What matches by name only and stays; absent when it ended before the verification. */
  maybeOurs?: MaybeOurs;
  /** Folder of the evidence on the worker's machine. */
  evidence: string;
  /** How it stood at its end: whoever asks afterwards need not have a worker go through its history. Absent where that is too long for a result. */
  view?: RunView;
}

/** In characters of JSON. What is left unresolved may be thousands of items. */
const LONGEST_VIEW = 32_768;

export type Ending = { status: RunStatus } & Reason;

/** The guide's order. */
const STEPS = [approvePlan, removePermissions, deleteOidcApplications, approveCollectors, stopDataCollection, disableSignIn];

/**
 * Takes Microsoft Entra Permissions Management out of a tenant, in the order of Microsoft's offboarding guide:
 * preconditions, discovery, plan, approval; then its four phases; then verification and evidence.
 */
export async function offboarding(input: OffboardingInput): Promise<OffboardingResult> {
  const run = new Run(input);
  handleMessages(run);
  return await toItsEnd(run, () => offboard(run));
}

/** Does a run's work and ends it: journal and evidence get their last word, also when it is cancelled or fails. */
export async function toItsEnd(run: Run, work: () => Promise<Ending>): Promise<OffboardingResult> {
  try {
    return await end(run, await work());
  } catch (error) {
    const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
    await CancellationScope.nonCancellable(async () => {
      const by = run.cancelledBy === undefined ? '' : ` by ${run.cancelledBy}`;
      if (cancelled) await end(run, { status: 'cancelled', reason: `cancelled between items${by}` });
      else if (error instanceof ActivityFailure)
        await end(run, { status: 'failed', reason: messageOf(error.cause ?? error).replaceAll('\n', '; ') });
    });
    throw cancelled && !isCancellation(error) ? new CancelledFailure('cancelled between items', [], error as Error) : error;
  }
}

async function offboard(run: Run): Promise<Ending> {
  if (!(await preconditions(run))) return refusalBy(run.terms.failures);
  for (;;) {
    // Records that are lost take plan and approvals with them: what is there now is read, and everything asked anew.
    const ending = await whileRecordsLast(() => planAndFollow(run));
    if (ending !== 'again' && ending !== 'lost') return ending;
  }
}

async function planAndFollow(run: Run): Promise<Ending | 'again'> {
  await plan(run);
  if (run.input.dryRun) return dryRunEnded(afterDryRun(run.workflowId));
  const outcome = await followTheGuide(run);
  switch (outcome) {
    case 'done':
      return await verified(run);
    case 'amend':
      return 'again';
    case 'lifted':
      return { status: 'denied', reason: `the quarantine was lifted by ${run.liftedBy}; what is left stays as it is` };
    case 'rejected':
      return { status: 'denied', reason: 'an approver rejected the plan; what is left stays as it is' };
    case 'expired':
      return { status: 'denied', reason: 'a gate closed without a decision, and silence never approves; what is left stays as it is' };
    case 'unattended':
      return { status: 'leftovers', reason: 'nobody decided in time about what waited; what is left stays as it is' };
  }
}

async function followTheGuide(run: Run): Promise<StepOutcome> {
  for (const step of STEPS) {
    const outcome = await step(run);
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

async function preconditions(run: Run): Promise<boolean> {
  run.enter('preconditions');
  const { searchAttributes: _, restores: __, ...said } = run.input;
  const { startedBy, adopt, oldTemporalGone } = said;
  run.begin(await startRun({ ...said, run: run.id, workflowId: workflowInfo().workflowId, arrivedAt: new Date().toISOString() }));
  if (adopt !== undefined && run.terms.failures.length === 0) {
    const gone = oldTemporalGone === undefined ? {} : { oldTemporalGone };
    run.started = { ...run.terms, failures: await adoptRun({ run: run.id, adopt, by: startedBy, ...gone }) };
  }
  return run.terms.failures.length === 0;
}

async function plan(run: Run): Promise<void> {
  run.enter('discover');
  const early = (part: PartRead) => checkBreaker({ run: run.id, ...part });
  const { manifest, readings } = await readEstate(run.id, run.terms.manifest, { early });
  run.enter('plan');
  run.waits.clear();
  run.plan = await makePlan({ run: run.id, manifest, readings });
  run.forgetDecisions();
  for (const item of run.plan.again) run.outcomes.delete(item);
  for (const { phase, outcome } of run.plan.gone) run.record(phase, [outcome]);
}

async function verified(run: Run): Promise<Ending> {
  run.enter('verify');
  const { manifest, readings } = await readEstate(run.id, run.terms.manifest);
  const { leftovers, unknown, mend, excluded, maybeOurs } = await verify({ run: run.id, manifest, readings });
  run.maybeOurs = maybeOurs;
  run.verifiedBy = readings;
  const there = leftovers.length > 0 ? [`${leftovers.length} things are still there: ${leftovers.slice(0, 3).join(', ')}`] : [];
  // Whoever waived what could not be read let the run go on; nobody's word makes it known.
  const unsaid = unknown.length > 0 ? [`nothing can be said about ${unknown.join(', ')}${mend === undefined ? '' : `: ${mend}`}`] : [];
  if (there.length + unsaid.length > 0) return { status: 'leftovers', reason: [...there, ...unsaid].join('; ') };
  const read = excluded === undefined ? 'read again' : `${excluded}; the rest was read again`;
  const nothing = maybeOurs && maybeOurs.count > 0 ? 'nothing that is ours for certain' : 'nothing';
  return { status: 'completed', reason: `${read}: ${nothing} is left but what was waived or protected` };
}

export function dryRunEnded(next: NextStep[]): Ending {
  return { status: 'dry-run', reason: 'the plan was made; nothing was changed', next };
}

/** A run that does not begin, with all that its preconditions found. */
export function refusalBy(failures: Reason[]): Ending {
  const next = failures.flatMap((f) => f.next ?? []);
  return { status: 'refused', reason: failures.map((f) => f.reason).join('; '), ...(next.length > 0 ? { next } : {}) };
}

/** Whoever stops a run need not prove who they are, so that alone gives nothing back. */
function mayLift({ started, cancelProved }: Run, status: Ending['status']): boolean {
  return status !== 'cancelled' || started?.identity === 'asserted' || cancelProved;
}

async function end(run: Run, { status, ...ending }: Ending): Promise<OffboardingResult> {
  // A message that is being worked on may still decide or remove; the journal's last word comes after it.
  await condition(allHandlersFinished);
  run.waits.clear();
  run.enter('evidence');
  const held = run.plan && (mayLift(run, status) ? await liftRest(run) : staysDenied(run));
  const why = held ? { reason: `${ending.reason}; ${held.reason}`, next: [...(ending.next ?? []), ...held.next] } : ending;
  if (run.plan) await readOwnAccess({ run: run.id, ...(run.verifiedBy ? { readings: run.verifiedBy } : {}) });
  const { evidence, phases, leftovers, first, ...proved } = await endRun({ run: run.id, status, ...why });
  run.status = proved.status;
  run.first = first;
  run.ended = { ...why, reason: proved.reason };
  run.enter('ended');
  await condition(allHandlersFinished);
  const view = viewOf(run);
  return {
    run: run.id,
    ...why,
    ...proved,
    ...(first?.length ? { first } : {}),
    ...(run.plan ? { planHash: run.plan.planHash } : {}),
    phases,
    leftovers,
    ...(run.maybeOurs ? { maybeOurs: run.maybeOurs } : {}),
    evidence,
    ...(JSON.stringify(view).length <= LONGEST_VIEW ? { view } : {}),
  };
}
