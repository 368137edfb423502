import type { Adopted } from './adoption.ts';
import { gateKey, type Decided, type KeptThings } from './decided.ts';
import type { GateOutcome, OpenGate } from './gate.ts';
import { foldDecision, type Decision } from './messages/index.ts';
import type { MaybeOurs } from './maybe-ours.ts';
import { PHASES, type Gate, type Phase, type RunStatus } from './names.ts';
import type { Reason } from './next-step.ts';
import { isResolved, LIFTED, type Outcome } from './outcome.ts';
import type { OwnAccess } from './own-access.ts';
import { indexOf } from './plan-index.ts';
import type { Excluded, Plan } from './plan.ts';
import type { Identity } from './identity/how.ts';
import { policyHash } from './policy-hash.ts';
import type { Policy } from './policy.ts';
import type { Pending } from './quorum.ts';
import type { Admission } from './statement/proof.ts';
import type { Proof } from './statement/statement.ts';
import { noteTaken, type Taken } from './statement/taken.ts';

/** What a journal line says. The journal is the only source of what was decided and done. */
export type JournalRecord =
  /** `restores`: journal of the run that this one undoes; `lifts`: only what that left in quarantine, without an approval, and why. */
  | {
      type: 'run-started';
      workflowId: string;
      startedBy: string;
      manifestHash: string;
      tenantId: string;
      restores?: string;
      lifts?: { reason: string };
      /** How its manifest demands that is proved who says something. */
      identity?: Identity;
      temporal?: Place;
      /** What proves who started it; `nonce`: its statement's random number, which counts once; `admission` of a sign-in. */
      proof?: Proof;
      admission?: Admission;
      nonce?: string;
    }
  /** The worker's policy, from here on: once at the start, and whenever it changed. */
  | { type: 'policy'; policy: Policy }
  | { type: 'preconditions'; failures: Reason[] }
  /** The facts of another run are this one's from here on: `seq` and `hash` say where its records ended. Its decisions are not. */
  | ({ type: 'adopted' } & Adopted & { seq: number; hash: string; by: string; quarantined: ({ item: string } & Quarantined)[] })
  /** `again`: items that an earlier plan had resolved and that were found again. */
  | { type: 'plan'; planHash: string; artifact: string; items: number; again?: string[] }
  | ({ type: 'gate-opened' } & OpenGate)
  | { type: 'gate-closed'; gate: Gate; opening: number; outcome: GateOutcome }
  | { type: 'reminder'; gate: Gate; opening: number; stage: 'reminder' | 'escalation' }
  /** `pending`: an approval that is not enough by itself. `kept`: of a waiver, what goes on working, and what of its way stays with it. */
  | {
      type: 'decision';
      decision: Decision;
      items?: string[];
      expiresAt?: string;
      pending?: Pending;
      kept?: KeptThings;
      admission?: Admission;
      /** When the message came, by the workflow's time, in ISO. */
      arrivedAt?: string;
    }
  /** What people said of these items counts no longer, and why: they are asked about again. */
  | { type: 'reopened'; items: string[]; why: string }
  | { type: 'refusal'; decision: Decision; code: string; message: string }
  /** Written before the call. `quarantine`: it is not removed, but denied or disabled. */
  | { type: 'intent'; item: string; planHash: string; phase: Phase; quarantine?: true }
  | { type: 'outcome'; phase: Phase; outcome: Outcome }
  /** `deletionId`: the portal's, of a deletion that waits for its code. */
  | {
      type: 'collector';
      collector: string;
      event: CollectorEvent;
      by?: string;
      detail?: string;
      deletionId?: string;
      /** Of the message that it answers. */
      proof?: Proof;
      admission?: Admission;
      arrivedAt?: string;
    }
  /** What a quarantine was watched for: `unseen` could not be looked at, and why. */
  | { type: 'watched'; items: number; unseen: { item: string; why: string }[] }
  /** `maybeOurs` absent where nobody looked for it, `excluded` where the manifest leaves nothing out. */
  | { type: 'verified'; leftovers: string[]; unknown: string[]; maybeOurs?: MaybeOurs; excluded?: Excluded[] }
  /** What the worker's own identity may do, read at the end. */
  | { type: 'own-access'; access: OwnAccess }
  | ({ type: 'run-ended'; status: RunStatus } & Reason);

export type CollectorEvent = 'ready' | 'deletion-requested' | 'otp-resent' | 'otp-wrong' | 'otp-accepted' | 'otp-exhausted' | 'otp-expired';

/** Where a run is: Temporal's `host:port` and namespace. */
export interface Place {
  address: string;
  namespace: string;
}

/** ISO times: when a quarantine was begun, and when it was last asked for; `artifact` is the plan that holds the definition from before. */
export interface Quarantined {
  first: string;
  since: string;
  artifact: string;
}

export interface LedgerEntry {
  /** ISO time. */
  at: string;
  record: JournalRecord;
}

/** The journal folded: what stands now. */
export interface Ledger extends Decided {
  startedBy: string | undefined;
  /** What proves that. */
  startProof: Proof | undefined;
  /** Of the statement that began it. */
  nonce: string | undefined;
  tenantId: string | undefined;
  /** Journal of the run that this one undoes; undefined for an offboarding. */
  restores: string | undefined;
  /** Why it gives back only what that run left in quarantine; undefined for every other restore. */
  lifts: { reason: string } | undefined;
  /** How its manifest demands that is proved who says something; undefined where the worker's policy alone says it. */
  identity: Identity | undefined;
  /** SHA-256 of the policy by which it goes now, and when that was recorded (ISO). */
  policy: { hash: string; at: string } | undefined;
  /** Address of the manifest the run was started with. */
  manifest: string | undefined;
  /** The plan in force: the last one recorded. */
  planHash: string | undefined;
  planArtifact: string | undefined;
  /** The hashes of all plans that were ever in force. */
  plans: Set<string>;
  outcomes: Map<string, Outcome & { phase: Phase }>;
  /** Items with an intent but no outcome after it, or `failed`: our own call may have been applied, wholly or in part. */
  openIntents: Set<string>;
  /** Items with an intent, whatever came of it: a restore that was refused half way goes on with what it made. */
  begun: Set<string>;
  /** Items in quarantine: put there by us, or begun to be, and neither lifted nor removed since. */
  quarantined: Map<string, Quarantined>;
  /** Where the run is; undefined for one that did not say. */
  temporal: Place | undefined;
  /** The run that this one took over from. */
  adopted: Adopted | undefined;
  /** ISO; when a quarantine was last looked at before a removal. */
  watched: string | undefined;
  /** Deletions that the portal was asked for: which collector each code is for. */
  deletions: Map<string, string>;
  /** What was said, with a proof. */
  taken: Taken;
  /** How often people were asked or said something, and a quarantine was looked at: whoever comes after one more comes after a wait. */
  turns: number;
  ended: RunStatus | undefined;
  /** ISO; the newest time of a record: no clock that is behind it tells when something is over. */
  latest: string | undefined;
}

const TURNS: ReadonlySet<JournalRecord['type']> = new Set(['gate-opened', 'gate-closed', 'decision', 'collector', 'watched']);

export function emptyLedger(): Ledger {
  return {
    startedBy: undefined,
    startProof: undefined,
    nonce: undefined,
    tenantId: undefined,
    restores: undefined,
    lifts: undefined,
    policy: undefined,
    identity: undefined,
    manifest: undefined,
    planHash: undefined,
    planArtifact: undefined,
    plans: new Set(),
    gates: new Map(),
    outcomes: new Map(),
    openIntents: new Set(),
    begun: new Set(),
    quarantined: new Map(),
    temporal: undefined,
    adopted: undefined,
    watched: undefined,
    waived: new Map(),
    confirmed: new Map(),
    words: new Map(),
    reopened: new Map(),
    deletions: new Map(),
    taken: new Map(),
    overrides: [],
    turns: 0,
    ended: undefined,
    latest: undefined,
  };
}

/** Pure but for the ledger it fills: takes in one line. Lines must come in their order. */
export function record(ledger: Ledger, { at, record: r }: LedgerEntry): void {
  if (ledger.latest === undefined || at > ledger.latest) ledger.latest = at;
  if (TURNS.has(r.type)) ledger.turns += 1;
  switch (r.type) {
    case 'run-started':
      ledger.startedBy = r.startedBy;
      ledger.startProof = r.proof;
      ledger.nonce = r.nonce;
      ledger.tenantId = r.tenantId;
      ledger.manifest = r.manifestHash;
      ledger.restores = r.restores;
      ledger.lifts = r.lifts;
      ledger.identity = r.identity;
      ledger.temporal = r.temporal;
      return;
    case 'policy':
      ledger.policy = { hash: policyHash(r.policy), at };
      return;
    case 'adopted': {
      const { run, oldTemporalGone } = r;
      ledger.adopted = { run, ...(oldTemporalGone === undefined ? {} : { oldTemporalGone }) };
      for (const { item, ...quarantined } of r.quarantined) ledger.quarantined.set(item, quarantined);
      return;
    }
    case 'plan':
      ledger.planHash = r.planHash;
      ledger.planArtifact = r.artifact;
      ledger.plans.add(r.planHash);
      // Whoever approves that reads what is left alone, and on whose word.
      ledger.words.clear();
      ledger.reopened.clear();
      for (const item of r.again ?? []) ledger.outcomes.delete(item);
      return;
    case 'gate-opened': {
      const { type: _, ...gate } = r;
      ledger.gates.set(gateKey(r.gate, r.opening), gate);
      return;
    }
    case 'gate-closed': {
      const gate = ledger.gates.get(gateKey(r.gate, r.opening));
      if (gate) gate.outcome = r.outcome;
      return;
    }
    case 'decision':
      noteTaken(ledger.taken, r.decision.proof, r.arrivedAt);
      foldDecision(ledger, r, at);
      return;
    case 'reopened':
      for (const item of r.items) {
        ledger.waived.delete(item);
        ledger.confirmed.delete(item);
        ledger.words.delete(item);
        ledger.reopened.set(item, { at });
      }
      return;
    case 'intent':
      if (r.quarantine) {
        // The plan under which it was put there first holds what it was before; from when a use counts may begin again.
        const before = ledger.quarantined.get(r.item) ?? { first: at, artifact: ledger.planArtifact ?? '' };
        ledger.quarantined.set(r.item, { ...before, since: at });
        return;
      }
      ledger.openIntents.add(r.item);
      ledger.begun.add(r.item);
      return;
    case 'outcome':
      if (r.outcome.outcome !== 'failed') ledger.openIntents.delete(r.outcome.item);
      ledger.outcomes.set(r.outcome.item, { ...r.outcome, phase: r.phase });
      if (isResolved(r.outcome.outcome)) ledger.reopened.delete(r.outcome.item);
      if (isResolved(r.outcome.outcome) || r.outcome.code === LIFTED) ledger.quarantined.delete(r.outcome.item);
      return;
    case 'collector':
      noteTaken(ledger.taken, r.proof, r.arrivedAt);
      if (r.deletionId !== undefined) ledger.deletions.set(r.collector, r.deletionId);
      return;
    case 'watched':
      ledger.watched = at;
      return;
    case 'run-ended':
      ledger.ended = r.status;
      return;
    case 'preconditions':
    case 'reminder':
    case 'refusal':
    case 'verified':
    case 'own-access':
      return;
  }
}

/** Ids of the plan's items up to a phase that are neither resolved nor waived, in the plan's order. A restore goes through the phases backwards. */
export function unresolvedItems(ledger: Ledger, plan: Plan, upTo: Phase): string[] {
  const order = ledger.restores === undefined ? PHASES : PHASES.toReversed();
  return [...indexOf(plan).ofPhase]
    .filter(([phase]) => order.indexOf(phase) <= order.indexOf(upTo))
    .flatMap(([, items]) => items.filter((i) => !isDone(ledger, i.id)).map((i) => i.id));
}

/** Resolved, or left in place by an approver's decision. */
export function isDone(ledger: Ledger, item: string): boolean {
  const outcome = ledger.outcomes.get(item);
  return ledger.waived.has(item) || (outcome !== undefined && isResolved(outcome.outcome));
}

/** Collectors of which nobody knows that they are gone. While there is one, sign-in stays on (guide, last heading). */
export function collectorsLeft(ledger: Ledger, plan: Plan): string[] {
  const planned = (indexOf(plan).ofPhase.get('data-collection') ?? []).map((i) => i.id);
  const earlier = [...ledger.outcomes.values()].filter((o) => o.phase === 'data-collection').map((o) => o.item);
  return [...new Set([...planned, ...earlier])].filter((id) => {
    const outcome = ledger.outcomes.get(id)?.outcome;
    return outcome !== 'removed' && outcome !== 'already-gone';
  });
}

/** Pure: where records of this run were lost, so may be the intent that says it went by us. */
export function byWhom(reason: string, { recordsLost }: Pick<Ledger, 'recordsLost'>): string {
  return recordsLost ? `${reason}: gone, by whom is not known, since records of this run were lost` : reason;
}
