import type { Gate, OutcomeWord, Phase } from './names.ts';
import type { NextStep } from './next-step.ts';

/** What became of one item. Shape in the journal, in activity results and in every JSON. */
export interface Outcome {
  item: string;
  outcome: OutcomeWord;
  /** In words; for `removed` how it was seen to be gone, for `restored` how it was seen to be the same. */
  reason: string;
  /** What may be typed about it. */
  next?: NextStep[];
  /** Machine word of a blocked or failed outcome: a guard's or an error's code; `Dependency` and `Drift` are ours. */
  code?: string;
  /** The gate that is asked again for it. */
  gate?: Gate;
  /** Others need the thing: unless told otherwise, whoever waives it keeps it working, with this of its way. */
  keeps?: 'means' | 'way';
  /** What of the plan it is held for, where nothing else holds it: it goes on by itself once that is left as an orphan. */
  heldFor?: string[];
  /** What of the plan it needs in order to go on working, and is still there: stays with it where a waiver keeps it, and goes where it does not. */
  needs?: { count: number; first: string[] };
}

/** Code of what changed since the plan. */
export const DRIFT = 'Drift';

/** Code of an item that was in quarantine and is as it was before. */
export const LIFTED = 'Lifted';

/** Code of what an approval covered that counts no longer: `Outcome.gate` is asked again. */
export const LAPSED = 'ApprovalLapsed';

/** Code of a collector that somebody confirmed, or attested to be gone, by a key that counts no longer: it is asked for again. */
export const UNCONFIRMED = 'ConfirmationLapsed';

/** Code of a collector that too many wrong one-time passwords locked. */
export const OTP_EXHAUSTED = 'OtpExhausted';

/** Code of what was used while it was in quarantine, until an approver said what becomes of it. */
export const USED = 'UsedInQuarantine';

/** An outcome as it is told, from where it is kept with its phase. */
export function withoutPhase({ phase: _, ...outcome }: Outcome & { phase: Phase }): Outcome {
  return outcome;
}

/** What one phase did, as `--json` shows it. `waived` counts items left in place by an approver's decision. */
export interface PhaseCounts {
  phase: Phase;
  removed: number;
  alreadyGone: number;
  /** Only while something is in quarantine: denied or disabled, watched, not yet removed. */
  quarantined?: number;
  /** Of a restore only. */
  restored?: number;
  alreadyThere?: number;
  skipped: number;
  blocked: number;
  failed: number;
  waived: number;
}

export function isResolved(outcome: OutcomeWord): boolean {
  return outcome !== 'quarantined' && !needsPerson(outcome);
}

/** Goes on only once an approver said something. */
export function needsPerson(outcome: OutcomeWord): boolean {
  return outcome === 'blocked' || outcome === 'failed';
}

/** Counts the last outcome of each item; a waived item counts as waived whatever blocked it. */
export function countPhase(phase: Phase, outcomes: Iterable<Outcome>, waived: ReadonlySet<string>): PhaseCounts {
  const counts: PhaseCounts = {
    phase,
    removed: 0,
    alreadyGone: 0,
    skipped: 0,
    blocked: 0,
    failed: 0,
    waived: 0,
  };
  for (const o of outcomes) {
    if (waived.has(o.item) && !isResolved(o.outcome)) counts.waived++;
    else if (o.outcome === 'already-gone') counts.alreadyGone++;
    else if (o.outcome === 'already-there') counts.alreadyThere = (counts.alreadyThere ?? 0) + 1;
    else if (o.outcome === 'restored') counts.restored = (counts.restored ?? 0) + 1;
    else if (o.outcome === 'quarantined') counts.quarantined = (counts.quarantined ?? 0) + 1;
    else counts[o.outcome]++;
  }
  return counts;
}

/** What an offboarding, or the restore of one, does to things, and what it finds done before: words and numbers. */
export function doneIn(counts: PhaseCounts | undefined, run: { restores?: string }): [[string, number], [string, number]] {
  if (run.restores === undefined) {
    return [
      ['removed', counts?.removed ?? 0],
      ['already gone', counts?.alreadyGone ?? 0],
    ];
  }
  return [
    ['restored', counts?.restored ?? 0],
    ['already there', counts?.alreadyThere ?? 0],
  ];
}

/** Held by nothing of its own, only by others: it goes on by itself once those are decided about. */
export function waitsForOthers(outcome: Pick<Outcome, 'code'>): boolean {
  return outcome.code === 'Dependency' || outcome.code === 'CollectorsRemain';
}
