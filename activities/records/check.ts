import type { Plan } from '../../model/plan.ts';
import type { JournalLine } from './chain.ts';
import type { Records } from './open.ts';
import { RecordsDamaged } from './store.ts';

/** What a check of all records found. */
export interface Checked {
  runs: number;
  records: number;
  /** Manifests and plans, each once. */
  artifacts: number;
  /** Each run that is not whole, and what of it. */
  damaged: { run: string; what: string[] }[];
}

/**
 * Reads every run's whole chain, and the manifests and plans that it names, and computes all hashes anew; changes nothing. What was read in the clouds
 * (snapshots) is checked when it is read. Throws RecordsUnavailable, NoKeys.
 */
export async function checkRecords({ journal, artifacts }: Records): Promise<Checked> {
  const found: Checked = { runs: 0, records: 0, artifacts: 0, damaged: [] };
  /** By address: what is wrong with it, if anything; and the manifest that it names, if it is a plan. */
  const known = new Map<string, Looked>();
  const look = async (address: string, plan: boolean): Promise<Looked> => {
    const before = known.get(address);
    if (before) return before;
    const artifact = await unlessDamaged(async () => JSON.parse(await artifacts.text(address)) as unknown);
    const result: Looked = 'wrong' in artifact ? artifact : plan ? { manifest: (artifact.value as Plan).manifestHash } : {};
    known.set(address, result);
    return result;
  };
  for (const run of await journal.runs()) {
    found.runs++;
    const read = await unlessDamaged(() => journal.lines(run));
    const what = 'wrong' in read ? [read.wrong] : [];
    const lines: JournalLine[] = 'wrong' in read ? [] : read.value;
    found.records += lines.length;
    for (const { record: r } of lines) {
      if (r.type !== 'run-started' && r.type !== 'plan') continue;
      const { wrong, manifest } = await look(r.type === 'plan' ? r.artifact : r.manifestHash, r.type === 'plan');
      const its = manifest === undefined ? {} : await look(manifest, false);
      for (const one of [wrong, its.wrong]) if (one !== undefined && !what.includes(one)) what.push(one);
    }
    if (what.length > 0) found.damaged.push({ run, what });
  }
  found.artifacts = known.size;
  return found;
}

interface Looked {
  wrong?: string;
  manifest?: string;
}

async function unlessDamaged<T>(work: () => Promise<T>): Promise<{ value: T } | { wrong: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof RecordsDamaged)) throw error;
    return { wrong: error.message };
  }
}
