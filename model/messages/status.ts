import type { PlanWeight } from '../plan-weight.ts';
import type { JWK } from 'jose';
import type { GateOutcome, OpenGate } from '../gate.ts';
import type { MaybeOurs } from '../maybe-ours.ts';
import type { Phase, RunStatus, SystemId } from '../names.ts';
import type { Identity } from '../identity/how.ts';
import type { Reason } from '../next-step.ts';
import type { Outcome, PhaseCounts } from '../outcome.ts';
import type { Waiting } from '../waiting.ts';
import type { CollectorView } from './collector.ts';

/** Name of the query that a run answers with its view. */
export const STATUS = 'status';

/** What a run is doing, coarser than its phases. */
export type Stage = 'preconditions' | 'discover' | 'plan' | Phase | 'verify' | 'evidence' | 'ended';

/** Answer to a run's `status`. */
export interface RunView {
  workflowId: string;
  /** Name of the run's journal. */
  run: string;
  tenantId: string;
  startedBy: string;
  dryRun: boolean;
  /** Journal of the run that it undoes; absent for an offboarding. */
  restores?: string;
  stage: Stage;
  paused: boolean;
  status: RunStatus | 'running';
  /** Why it ended as it did, and what may be typed next; absent while it goes on. */
  ended?: Reason;
  planHash?: string;
  /** Planned items by phase, and what became of them so far. */
  planned: { phase: Phase; count: number }[];
  counts: PhaseCounts[];
  /** What of the plan whoever decides looks at first. */
  weight?: PlanWeight;
  unknown: SystemId[];
  /** Told first of all, in words: what Permissions Management can still act as, and what the manifest leaves out. Absent for nothing. */
  first?: string[];
  /** Everything it waits for, several at once. */
  awaiting: Waiting[];
  /** The open gate among it. */
  gate?: OpenGate;
  /** How the gate that was opened last was decided; absent while it is open. */
  gateOutcome?: GateOutcome;
  unresolved: Outcome[];
  /** Collectors of the phase under way. */
  collectors: CollectorView[];
  /** What matches by name only and stays, once that was verified. */
  maybeOurs?: MaybeOurs;
  /** The last message that was refused, in words: for signals, which cannot be answered. */
  lastRefusal?: string;
  /** Why nobody could be told of the gate that waits. */
  untold?: string;
  /** How it is known who says something; absent until the run has begun. */
  identity?: Identity;
  /** How many signals were refused unread: not encrypted for this run, or by a key that the worker has not. */
  refusedUnread?: number;
  otpPublicKey?: JWK;
  /** Address of the manifest among the artifacts. */
  manifest?: string;
}
