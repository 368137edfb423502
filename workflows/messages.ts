import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ItemSet, OpenGate } from '../model/decision.ts';
import type { StartRunResult } from '../activities/start/offboarding.ts';
import type { Challenge } from '../activities/apply/operations/delete-collector.ts';
import type { CollectorDriver, Gate, Phase, RunStatus, SystemId } from '../model/names.ts';
import type { Outcome, PhaseCounts } from '../model/outcome.ts';

/** Everything that can be said to a run and asked of it. Shared with the client; the descriptions show in the Temporal UI. */

export interface GateMessage {
  gate: Gate;
  opening: number;
  planHash: string;
  by: string;
  reason: string;
  ticket?: string;
}
export interface ItemsMessage {
  items: ItemSet;
  by: string;
  reason: string;
  ticket?: string;
}
export interface CollectorMessage {
  collector: string;
  by: string;
}
export type OtpMessage = CollectorMessage & { sealedOtp: string };
export type ConfirmMessage = CollectorMessage & { statement: string; ticket?: string };
export interface AmendMessage {
  by: string;
  reason: string;
  overrides: { item: string; reason: string }[];
  ticket?: string;
}
export interface PauseMessage {
  by: string;
}
export interface LiftMessage {
  by: string;
  reason: string;
  /** Item ids; everything in quarantine, and the run ends, when absent. */
  items?: string[];
}

export const approve = defineUpdate<void, [GateMessage]>('approve');
export const reject = defineUpdate<void, [GateMessage]>('reject');
export const approveSignal = defineSignal<[GateMessage]>('approve');
export const rejectSignal = defineSignal<[GateMessage]>('reject');
export const pause = defineUpdate<void, [PauseMessage]>('pause');
export const resume = defineUpdate<void, [PauseMessage]>('resume');
export const pauseSignal = defineSignal<[PauseMessage?]>('pause');
export const resumeSignal = defineSignal<[PauseMessage?]>('resume');
/** Says who cancels the run; sent before its cancellation, which Temporal keeps without a name. */
export const cancelledBy = defineSignal<[PauseMessage]>('cancelledBy');
/** Answers where the code went, or what to do by hand. */
export const collectorReady = defineUpdate<CollectorView, [CollectorMessage]>('collectorReady');
/** Refused (Refused, OtpWrong …) when the code is not accepted. */
export const submitOtp = defineUpdate<Outcome, [OtpMessage]>('submitOtp');
export const resendOtp = defineUpdate<CollectorView, [CollectorMessage]>('resendOtp');
export const confirmCollector = defineUpdate<Outcome, [ConfirmMessage]>('confirmCollector');
/** Answers with the ids decided about. */
export const waive = defineUpdate<string[], [ItemsMessage]>('waive');
export const retry = defineUpdate<string[], [ItemsMessage]>('retry');
export const amend = defineUpdate<void, [AmendMessage]>('amend');
/** Answers what became of each item it was about, those that others need included. */
export const lift = defineUpdate<Outcome[], [LiftMessage]>('lift');
export const liftSignal = defineSignal<[LiftMessage]>('lift');
export const status = defineQuery<RunView>('status');

export const tenantAttribute = defineSearchAttributeKey('OffboardTenant', SearchAttributeType.KEYWORD);
export const phaseAttribute = defineSearchAttributeKey('OffboardPhase', SearchAttributeType.KEYWORD);
export const awaitingAttribute = defineSearchAttributeKey('OffboardAwaiting', SearchAttributeType.KEYWORD);

/** What a run is doing, coarser than its phases. */
export type Stage = 'preconditions' | 'discover' | 'plan' | Phase | 'verify' | 'evidence' | 'ended';

export interface CollectorView {
  /** Item id. */
  item: string;
  id: string;
  driver: CollectorDriver;
  recipient: string;
  stage: 'not-ready' | 'code-sent' | 'by-hand' | 'settled';
  challenge?: Challenge;
}

/** One thing a run waits for: whom, for what, until when (ISO), and the command that answers. */
export interface Awaiting {
  whom: string;
  what: string;
  until: string;
  command: string;
}

/** Answer to the `status` query. */
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
  planHash?: string;
  /** Planned items by phase, and what became of them so far. */
  planned: { phase: Phase; count: number }[];
  counts: PhaseCounts[];
  unknown: SystemId[];
  gate?: OpenGate;
  /** How the gate that was opened last was decided; absent while it is open. */
  gateOutcome?: 'approved' | 'rejected' | 'expired';
  awaiting: Awaiting[];
  unresolved: Outcome[];
  collectors: CollectorView[];
  /** The last message that was refused, in words: for signals, which cannot be answered. */
  lastRefusal?: string;
  otpPublicKey?: StartRunResult['otpPublicKey'];
  manifest?: string;
}
