import type { JournalLine } from '../../activities/records/chain.ts';
import { gateKey } from '../../model/decided.ts';
import { emptyLedger, record, type Ledger } from '../../model/ledger.ts';
import type { ApproveDecision } from '../../model/messages/approve.ts';
import type { OutcomeWord } from '../../model/names.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { broken } from './broken.ts';

/**
 * What follows what in a journal, whoever signed what: an approval answers an open gate about its plan, what is begun is in the plan in force, what was done was begun before, and the run ends
 * last. Throws EvidenceBroken.
 */
export function checkOrder(lines: readonly JournalLine[], plans: readonly Plan[]): void {
  const items = new Map(plans.map((p) => [planHash(p), new Set(p.items.map((i) => i.id))]));
  const ledger = emptyLedger();
  const done = new Set<string>();
  for (const line of lines) {
    const { seq, record: r } = line;
    if (ledger.ended !== undefined) broken(`line ${seq} of journal.jsonl stands after the end of the run`);
    if (r.type === 'decision' && r.decision.kind === 'approve' && !asks(ledger, r.decision))
      broken(`line ${seq} of journal.jsonl approves what no open gate asked about`);
    record(ledger, line);
    if (r.type === 'decision' && (r.decision.kind === 'confirm' || r.decision.kind === 'attest')) done.add(r.decision.collector);
    if (r.type === 'intent') {
      if (r.planHash !== ledger.planHash) broken(`${r.item} was begun by a plan that was not in force`);
      if (items.get(r.planHash)?.has(r.item) === false) broken(`${r.item} was begun and is not in the plan`);
      done.add(r.item);
    }
    // What a run adopted was begun by another.
    if (r.type !== 'outcome' || ledger.adopted || !CHANGED.includes(r.outcome.outcome) || done.has(r.outcome.item)) continue;
    broken(`${r.outcome.item} is said to be ${r.outcome.outcome}, and nobody began it`);
  }
  if (ledger.ended === undefined) broken('journal.jsonl does not hold the end of the run');
}

const CHANGED: readonly OutcomeWord[] = ['removed', 'restored', 'quarantined'];

function asks({ gates }: Ledger, { gate, opening, planHash: hash }: ApproveDecision): boolean {
  const open = gates.get(gateKey(gate, opening));
  return open !== undefined && open.outcome === undefined && open.planHash === hash;
}
