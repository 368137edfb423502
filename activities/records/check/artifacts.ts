import type { SystemId } from '../../../model/names.ts';
import type { Records } from '../open.ts';

/** How many addresses are asked for at once. */
const PAGE = 1_000;

/** A snapshot as a list of readings names it. */
interface Read {
  system: SystemId;
  artifact: string;
}

/** What a walk over all artifacts found. */
export interface CheckedArtifacts {
  artifacts: number;
  /** What is wrong, by address. */
  wrong: Map<string, string>;
  /** Lists of readings that name a snapshot which is not there, by its address. */
  listsOf: Map<string, string[]>;
}

/** Reads every artifact, one at a time, and what lists of readings name. Throws RecordsUnavailable, NoKeys. */
export async function checkArtifacts(records: Records, tell: (done: number) => void): Promise<CheckedArtifacts> {
  const found: CheckedArtifacts = { artifacts: 0, wrong: new Map(), listsOf: new Map() };
  await eachArtifact(records, async (address, looked) => {
    tell(++found.artifacts);
    if ('wrong' in looked) return void found.wrong.set(address, looked.wrong);
    for (const snapshot of await records.store.missing(readsIn(looked.text).map((r) => r.artifact))) {
      found.wrong.set(snapshot, 'it is missing');
      found.listsOf.set(snapshot, [...(found.listsOf.get(snapshot) ?? []), address]);
    }
  });
  return found;
}

/** Of which system each of these snapshots is, as lists of readings tell: a second walk, for what is damaged only. */
export async function systemsOfSnapshots(records: Records, wrong: ReadonlySet<string>): Promise<Map<string, SystemId>> {
  const systems = new Map<string, SystemId>();
  if (wrong.size === 0) return systems;
  await eachArtifact(records, (_, looked) => {
    if ('text' in looked) for (const { system, artifact } of readsIn(looked.text)) if (wrong.has(artifact)) systems.set(artifact, system);
  });
  return systems;
}

async function eachArtifact(
  { store, artifacts }: Records,
  see: (address: string, looked: Awaited<ReturnType<Records['artifacts']['look']>>) => Promise<void> | void,
): Promise<void> {
  for (let after = ''; ;) {
    const page = await store.addresses(after, PAGE);
    for (const address of page) await see(address, await artifacts.look(address));
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** Which of an artifact's elements are snapshots of systems; none where it is no list of readings. */
function readsIn(text: string): Read[] {
  if (!text.startsWith('[')) return [];
  const list = JSON.parse(text) as Partial<Read>[];
  return list.filter((r): r is Read => typeof r?.system === 'string' && typeof r.artifact === 'string');
}
