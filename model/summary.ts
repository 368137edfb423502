import { accessNow } from './access-that-stays.ts';
import type { Waiver } from './decided.ts';
import type { Decision } from './messages/index.ts';
import { emptyLedger, record, type LedgerEntry } from './ledger.ts';
import type { MaybeOurs } from './maybe-ours.ts';
import { adoptionWords } from './adoption.ts';
import { PHASES, type Phase, type RunStatus } from './names.ts';
import type { NextStep, Reason } from './next-step.ts';
import { countPhase, withoutPhase, type Outcome, type PhaseCounts } from './outcome.ts';
import type { OwnAccess } from './own-access.ts';
import type { Excluded, Plan, Untouched } from './plan.ts';
import { proofChains } from './proof-chain.ts';
import type { RestoreItem, Undoing } from './restore.ts';

/** A run as the journal tells it: for `report`, the evidence and every page. */
export interface RunSummary {
  workflowId: string;
  tenantId: string;
  /** Journal of the run that this one undoes; absent for an offboarding. */
  restores?: string;
  /** The run that this one took over from, in words; absent for none. */
  adopted?: string;
  startedBy: string;
  startedAt: string;
  endedAt?: string;
  status: RunStatus | 'running';
  reason: string;
  /** What may be typed about it; absent for nothing. */
  next?: NextStep[];
  planHash?: string;
  preconditions: Reason[];
  phases: PhaseCounts[];
  items: {
    item: string;
    title: string;
    phase: Phase;
    why: string[];
    /** The chain of proof: why it is ours, and why what that rests on is; absent where no plan at hand holds it. */
    because?: string[];
    /** Of a restore: what will not be the same again. */
    losses?: string[];
    outcome?: Outcome;
    waived?: Waiver;
  }[];
  untouched: Untouched[];
  decisions: { at: string; decision: Decision; items?: string[] }[];
  refusals: { at: string; decision: Decision; code: string; message: string }[];
  collectors: { at: string; collector: string; event: string; by?: string; detail?: string }[];
  /** What the verification found still there; null when there was none. */
  leftovers: string[] | null;
  unknown: string[];
  /** What matches by name only and stays, as the verification found it; absent when there was none. */
  maybeOurs?: MaybeOurs;
  /** What Permissions Management can still act as, in words, worst thing to overlook; absent for nothing. */
  access?: string[];
  /** What the manifest leaves out, and by which of its lines: nothing is known of it; absent for nothing. */
  excluded?: Excluded[];
  /** What the worker itself may do, read at the end; absent where nobody looked. */
  ownAccess?: OwnAccess;
}

/** How far a name in the evidence can be trusted. */
export const NAMES = {
  asserted: 'asserted, not proved',
  ssh: 'proved by SSH signatures',
  entra: 'proved by sign-ins with Entra ID',
  proved: 'proved by SSH signatures and by sign-ins with Entra ID',
  both: 'in part asserted, not proved',
} as const;

/** Pure: whether those who decided proved who they are: by the policies that the run went by. */
export function namesOf(entries: readonly LedgerEntry[]): Evidence['names'] {
  const identities = new Set(entries.flatMap(({ record: r }) => (r.type === 'policy' ? [r.policy.identity] : [])));
  if (identities.size > 1) return identities.has('asserted') ? NAMES.both : NAMES.proved;
  return NAMES[[...identities][0] ?? 'asserted'];
}

/** `evidence.json`: the summary, and what ties it to the journal beside it. docs/evidence.md tells how to verify it. */
export interface Evidence {
  version: 1;
  run: string;
  /** Of who started, decided and entered codes. */
  names: (typeof NAMES)[keyof typeof NAMES];
  summary: RunSummary;
  /** Of each thing that it removed whether, until when and with what loss it can be given back, as it was when the run ended; empty for a restore. */
  undo: Undoing[];
  journal: { lines: number; head: string };
}

/** Pure. `plan` is the last plan in force; what only `earlier` ones held is told as the last of them knew it. */
export function summarize(entries: LedgerEntry[], plan: Plan | undefined, earlier: readonly Plan[] = []): RunSummary {
  const ledger = emptyLedger();
  for (const entry of entries) record(ledger, entry);
  const summary: RunSummary = {
    workflowId: '',
    tenantId: '',
    startedBy: ledger.startedBy ?? '',
    startedAt: entries[0]?.at ?? '',
    status: 'running',
    reason: '',
    ...(ledger.planHash === undefined ? {} : { planHash: ledger.planHash }),
    preconditions: [],
    phases: [],
    items: [],
    untouched: plan?.untouched ?? [],
    decisions: [],
    refusals: [],
    collectors: [],
    leftovers: null,
    unknown: [],
    ...(plan?.excluded ? { excluded: plan.excluded } : {}),
  };
  for (const entry of entries) take(summary, entry);
  const planned = new Map(plan?.items.map((i) => [i.id, i]));
  const plans = [...earlier, ...(plan ? [plan] : [])];
  const known = new Map(plans.flatMap((p) => p.items.map((i) => [i.id, i] as const)));
  const proofs = new Map(summary.restores === undefined ? plans.flatMap((p) => [...proofChains(p.items)]) : []);
  for (const id of new Set([...ledger.outcomes.keys(), ...planned.keys()])) {
    const item = known.get(id);
    const outcome = ledger.outcomes.get(id);
    const because = proofs.get(id);
    const waived = ledger.waived.get(id);
    summary.items.push({
      item: id,
      title: item?.title ?? id,
      phase: item?.phase ?? (outcome?.phase as Phase),
      why: item?.why ?? [],
      ...(because ? { because } : {}),
      ...(item && 'losses' in item ? { losses: (item as RestoreItem).losses } : {}),
      ...(outcome ? { outcome: withoutPhase(outcome) } : {}),
      ...(waived ? { waived } : {}),
    });
  }
  const access =
    plan && summary.restores === undefined ? accessNow({ plan, outcomes: ledger.outcomes, ended: hasRemoved(summary.status) }) : [];
  if (access.length > 0) summary.access = access;
  const waivedIds = new Set(ledger.waived.keys());
  summary.phases = PHASES.map((phase) => countPhase(phase, outcomesOf(summary, phase), waivedIds));
  return summary;
}

/** A dry run and one that goes on have decided nothing about what they have not removed. */
function hasRemoved(status: RunSummary['status']): boolean {
  return status !== 'running' && status !== 'dry-run';
}

function outcomesOf(summary: RunSummary, phase: Phase): Outcome[] {
  return summary.items.flatMap((i) => (i.phase === phase && i.outcome ? [i.outcome] : []));
}

function take(summary: RunSummary, { at, record: r }: LedgerEntry): void {
  switch (r.type) {
    case 'run-started':
      summary.workflowId = r.workflowId;
      summary.tenantId = r.tenantId;
      if (r.restores !== undefined) summary.restores = r.restores;
      return;
    case 'policy':
      return;
    case 'adopted':
      summary.adopted = adoptionWords(r);
      return;
    case 'preconditions':
      summary.preconditions = r.failures;
      return;
    case 'decision':
      summary.decisions.push({ at, decision: r.decision, ...(r.items ? { items: r.items } : {}) });
      return;
    case 'refusal':
      summary.refusals.push({ at, decision: r.decision, code: r.code, message: r.message });
      return;
    case 'collector': {
      // What proves it stands in the journal and in files of its own.
      const { type: _, proof: __, admission: ___, arrivedAt: ____, ...event } = r;
      summary.collectors.push({ at, ...event });
      return;
    }
    case 'verified':
      summary.leftovers = r.leftovers;
      summary.unknown = r.unknown;
      if (r.maybeOurs) summary.maybeOurs = r.maybeOurs;
      if (r.excluded) summary.excluded = r.excluded;
      return;
    case 'own-access':
      summary.ownAccess = r.access;
      return;
    case 'run-ended':
      summary.status = r.status;
      summary.reason = r.reason;
      if (r.next !== undefined) summary.next = r.next;
      summary.endedAt = at;
      return;
    case 'reopened':
    case 'watched':
    case 'plan':
    case 'gate-opened':
    case 'gate-closed':
    case 'reminder':
    case 'intent':
    case 'outcome':
      return;
  }
}
