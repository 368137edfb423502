import type { MakePlanResult } from '../activities/plan/make-plan.ts';
import type { StartRunResult } from '../activities/start/offboarding.ts';
import type { GateOutcome } from '../model/gate.ts';
import type { RunView, Stage } from '../model/messages/status.ts';
import type { MaybeOurs } from '../model/maybe-ours.ts';
import { PHASES, type Phase } from '../model/names.ts';
import type { Reason } from '../model/next-step.ts';
import type { Proof } from '../model/statement/statement.ts';
import { needsPerson, withoutPhase, type Outcome } from '../model/outcome.ts';
import type { Waiting } from '../model/waiting.ts';

export interface OffboardingInput {
  /** The manifest as it was written (parsed YAML). */
  manifest: { tenant: { id: string }; identity?: unknown };
  startedBy: string;
  dryRun: boolean;
  /** Journal of the run that it undoes; absent for an offboarding. */
  restores?: string;
  /** A run that lost its Temporal, to take over from; why that cannot be asked any more. */
  adopt?: string;
  oldTemporalGone?: string;
  /** What proves who starts it. */
  proof?: Proof;
  /** Whether the server knows the search attributes. */
  searchAttributes: boolean;
}

/** What is known of a run: facts that only grow, the plan in force, and the list of what it waits for. */
export interface RunState {
  readonly input: OffboardingInput;
  readonly workflowId: string;
  /** Name of its journal. */
  readonly id: string;
  stage: Stage;
  readonly paused: boolean;
  started: StartRunResult | undefined;
  plan: MakePlanResult | undefined;
  readonly outcomes: Map<string, Outcome & { phase: Phase }>;
  readonly waived: Set<string>;
  /** Everything it waits for now. */
  readonly waiting: Waiting[];
  /** How the gate that was opened last was decided; undefined while it is open. */
  gateOutcome: GateOutcome | undefined;
  lastRefusal: string | undefined;
  /** Why nobody could be told of the gate that waits. */
  untold: string | undefined;
  /** Signals that nobody encrypted for this run, or that no key opens. */
  readonly refusedUnread: number;
  /** What matches by name only and stays, once that was verified. */
  maybeOurs: MaybeOurs | undefined;
  /** What is told first of all at the end, in words; until then what the plan says. */
  first: string[] | undefined;
  status: RunView['status'];
  /** Why it ended as it did. */
  ended: Reason | undefined;
}

/** Items of a phase that were tried and are neither resolved nor waived. */
export function unresolvedIn(run: Pick<RunState, 'outcomes' | 'waived'>, phase: Phase): Outcome[] {
  const open = [...run.outcomes.values()].filter((o) => o.phase === phase && needsPerson(o.outcome) && !run.waived.has(o.item));
  return open.map(withoutPhase);
}

/** Of all phases, in the guide's order. */
export function allUnresolved(run: Pick<RunState, 'outcomes' | 'waived'>): Outcome[] {
  return PHASES.flatMap((phase) => unresolvedIn(run, phase));
}
