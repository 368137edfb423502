import { emptyLedger, record } from '../../../model/ledger.ts';
import type { Plan } from '../../../model/plan.ts';
import type { Records } from '../open.ts';
import { RecordsDamaged } from '../store.ts';
import type { RunNow, Sort } from './damage.ts';

/** A run whose chain was read. */
export interface CheckedRun extends RunNow {
  run: string;
  records: number;
  /** The first record that is not what was written. */
  broken?: string;
  /** What its records, and the plans that they name, name by address. */
  named: Map<string, Sort>;
  adopted?: string;
}

/** Reads a run's whole chain, a piece at a time. Throws RecordsUnavailable, NoKeys. */
export async function checkRun({ journal, artifacts }: Records, run: string): Promise<CheckedRun> {
  const ledger = emptyLedger();
  const plans: string[] = [];
  let records = 0;
  let broken: string | undefined;
  try {
    for await (const line of journal.each(run)) {
      records++;
      record(ledger, line);
      if (line.record.type === 'plan') plans.push(line.record.artifact);
    }
  } catch (error) {
    if (!(error instanceof RecordsDamaged)) throw error;
    broken = error.message;
  }
  const named = new Map<string, Sort>();
  let cut = broken !== undefined;
  for (const plan of new Set(plans)) {
    named.set(plan, 'plan');
    const looked = await artifacts.look(plan);
    if ('wrong' in looked) cut = true;
    else named.set((JSON.parse(looked.text) as Plan).manifestHash, plan === ledger.planArtifact ? 'manifest' : 'earlier manifest');
  }
  if (ledger.manifest !== undefined) named.set(ledger.manifest, 'manifest');
  return {
    run,
    records,
    ...(broken === undefined ? {} : { broken }),
    named,
    cut,
    discovery: false,
    ended: ledger.ended !== undefined,
    removed: [...ledger.outcomes.values()].filter((o) => o.outcome === 'removed').length + ledger.quarantined.size,
    ...(ledger.adopted === undefined ? {} : { adopted: ledger.adopted.run }),
  };
}

/** A run of which there are artifacts and no records, as of a discovery. */
export function unrecorded(run: string): CheckedRun {
  return { run, records: 0, named: new Map(), cut: false, discovery: run.startsWith('discovery-'), ended: false, removed: 0 };
}
