import type { Records } from '../open.ts';
import { checkArtifacts, systemsOfSnapshots, type CheckedArtifacts } from './artifacts.ts';
import { meaningOf, type Sort } from './damage.ts';
import { checkRun, unrecorded, type CheckedRun } from './runs.ts';

/** What is wrong with an artifact that is named and not there. */
const MISSING = 'it is missing';

/** How many uses of artifacts are asked for at once. */
const PAGE = 10_000;

/** What a check of all records found. */
export interface Checked {
  runs: number;
  records: number;
  /** Manifests, plans, snapshots, and lists of them, each once. */
  artifacts: number;
  /** Each run that is not whole. */
  damaged: { run: string; what: Damage[] }[];
  /** What is damaged and no run uses. */
  unused: string[];
}

/** Something that is not what was written, and what that means for its run. */
export interface Damage {
  what: string;
  means: string;
}

/** How far a check is. */
export interface Progress {
  what: 'runs' | 'artifacts';
  done: number;
  of: number;
}

/**
 * Reads every run's whole chain, and every artifact, and computes all hashes anew; changes nothing. What runs, their records, plans and lists of readings name must
 * be there. However large the records are, it holds no more than one artifact and a piece of one run. Throws RecordsUnavailable, NoKeys.
 */
export async function checkRecords(records: Records, tell: (progress: Progress) => void = () => undefined): Promise<Checked> {
  const { store } = records;
  const names = await store.runs();
  const runs = new Map<string, CheckedRun>();
  for (const run of names) {
    runs.set(run, await checkRun(records, run));
    tell({ what: 'runs', done: runs.size, of: names.length });
  }
  for (const { run, adopted } of runs.values()) {
    const before = adopted === undefined ? undefined : runs.get(adopted);
    if (before) before.successor = run;
  }
  const of = await store.count();
  const checked = await checkArtifacts(records, (done) => tell({ what: 'artifacts', done, of }));
  const users = await usersOf(records, runs, checked);
  const systems = await systemsOfSnapshots(records, new Set(users.keys()));
  const damaged = new Map<CheckedRun, Damage[]>();
  const add = (run: CheckedRun, what: string, sort: Sort) => {
    damaged.set(run, [...(damaged.get(run) ?? []), { what, means: meaningOf(sort, run) }]);
  };
  for (const run of runs.values()) if (run.broken !== undefined) add(run, run.broken, 'record');
  for (const [address, why] of checked.wrong)
    for (const name of users.get(address) ?? []) {
      const run = runs.get(name) ?? unrecorded(name);
      runs.set(name, run);
      const system = systems.get(address);
      const sort = run.named.get(address) ?? (system === undefined ? 'other' : 'snapshot');
      add(run, `${wordOf(sort)} ${address}${system === undefined ? '' : ` of ${system}`} (${why})`, sort);
    }
  return {
    runs: names.length,
    records: [...runs.values()].reduce((sum, r) => sum + r.records, 0),
    artifacts: checked.artifacts,
    damaged: [...damaged].map(([{ run }, what]) => ({ run, what })),
    // What nobody names and is not there was removed with its run meanwhile.
    unused: [...checked.wrong]
      .filter(([address, why]) => !users.has(address) && why !== MISSING)
      .map(([address, why]) => `artifact ${address} (${why})`),
  };
}

/** The runs of each damaged artifact: those that have stored it, whose records name it, or that have a list which names it. Adds to `wrong` what is missing. */
async function usersOf(
  { store }: Records,
  runs: ReadonlyMap<string, CheckedRun>,
  { wrong, listsOf }: CheckedArtifacts,
): Promise<Map<string, Set<string>>> {
  const users = new Map<string, Set<string>>();
  const uses = (run: string, address: string) => users.set(address, (users.get(address) ?? new Set()).add(run));
  for (const { run, named } of runs.values()) {
    for (const address of await store.missing([...named.keys()])) wrong.set(address, MISSING);
    for (const address of named.keys()) if (wrong.has(address)) uses(run, address);
  }
  const named = Map.groupBy(
    [...listsOf].flatMap(([snapshot, lists]) => lists.map((list) => ({ snapshot, list }))),
    ({ list }) => list,
  );
  for (let last = { run: '', address: '' }; ;) {
    const page = await store.usesAfter(last.run, last.address, PAGE);
    for (const { run, address, there } of page) {
      if (!there) wrong.set(address, MISSING);
      if (wrong.has(address)) uses(run, address);
      for (const { snapshot } of named.get(address) ?? []) uses(run, snapshot);
    }
    const end = page.at(-1);
    if (!end) return users;
    last = end;
  }
}

function wordOf(sort: Sort): string {
  return sort === 'other' ? 'artifact' : sort === 'earlier manifest' ? 'manifest' : sort;
}
