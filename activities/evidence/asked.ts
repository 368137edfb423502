import type { Decided } from '../../model/decided.ts';
import type { Identity } from '../../model/identity/how.ts';
import { emptyLedger, record } from '../../model/ledger.ts';
import type { JournalLine } from '../records/chain.ts';

/** What a run's records say of one of its plans: who asks, at which gates, and what was decided. */
export interface PlanAsked {
  run: string;
  /** Temporal's; undefined where the records do not say. */
  namespace: string | undefined;
  startedBy: string;
  startedAt: string;
  /** By the policy that the run goes by. */
  identity: Identity;
  /** The gates that were opened for it, in their order. */
  gates: Decided['gates'] extends Map<string, infer G> ? G[] : never;
  /** What the run ended with; absent while it goes on. */
  ended?: string;
}

/** Pure: the same for whoever asks, and for whoever verifies. */
export function askedAbout(run: string, lines: readonly JournalLine[], hash: string): PlanAsked {
  const ledger = emptyLedger();
  for (const line of lines) record(ledger, line);
  const policies = lines.flatMap(({ record: r }) => (r.type === 'policy' ? [r.policy] : []));
  return {
    run,
    namespace: ledger.temporal?.namespace,
    startedBy: ledger.startedBy ?? '',
    startedAt: lines[0]?.at ?? '',
    identity: policies.at(-1)?.identity ?? 'asserted',
    gates: [...ledger.gates.values()].filter((g) => g.planHash === hash),
    ...(ledger.ended === undefined ? {} : { ended: ledger.ended }),
  };
}
