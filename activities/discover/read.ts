import { z } from 'zod';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemId } from '../../model/names.ts';
import { BATCH_SYSTEMS, SMALL_ESTATE } from '../../model/batch.ts';
import { each } from '../../model/selector.ts';
import { compare } from '../../model/removal-order.ts';
import { isUnicode } from '../../model/visible.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable, failureMessage } from '../failures.ts';
import { forEachLimited, keepForNextTry, keptByLastTry, stopRequested } from '../look/activity.ts';
import { lookInSystem } from '../look/look.ts';

/** A system that was read; `artifact` is its snapshot's address. */
export type Read = { system: SystemId; artifact: string };

/** What reading one system gave: its snapshot's address, why nothing is known about it, why it was left out (suspended), or by which line the manifest leaves it out. */
export type Reading =
  | Read
  | { system: SystemId; unknown: string }
  | { system: SystemId; leftOut: string }
  | { system: SystemId; excluded: string };

export interface ReadBatchInput {
  run: string;
  /** Address of the manifest. */
  manifest: string;
  index: number;
  ciemPrincipalId?: string;
  ciemFormerIds?: string[];
}

export interface ReadBatchResult {
  /** Address of the Reading[]. */
  readings: string;
  /** Told by the directory's batch. */
  ciemPrincipalId?: string;
  ciemFormerIds?: string[];
  unknown: number;
  /** How many systems it tells of. */
  systems: number;
}

/**
 * Pure: which systems are read together. The directory is batch 0: what it tells, Azure's readers need. In a large estate so are the OIDC account and project: what is
 * ours elsewhere shows by them, and whoever looks at a part of the readings must know it.
 */
export function readingBatches(manifest: Manifest): { label: string; systems: SystemId[] }[] {
  const all = systemsOf(manifest);
  const directory = all.filter((s) => systemType(s) === 'entra');
  const large = all.length - directory.length > SMALL_ESTATE;
  const first = new Set(large ? [...directory, ...proversIn(manifest)] : directory);
  const others = all.filter((s) => !first.has(s));
  const size = large ? BATCH_SYSTEMS : 1;
  const batches = [[...first]];
  for (let at = 0; at < others.length; at += size) batches.push(others.slice(at, at + size));
  return batches.map((systems) => ({ systems, label: systems.length === 1 ? (systems[0] as string) : `${systems.length} systems` }));
}

function proversIn({ aws, gcp }: Manifest): SystemId[] {
  return [
    ...each(aws?.oidcAccount).map((account): SystemId => `aws:${account}`),
    ...each(gcp?.oidcProject).map((project): SystemId => `gcp:projects/${project}`),
  ];
}

/** After how many batches the breaker is asked first, and by how many times more each time after. */
const FIRST_LOOK = 4;
const LATER_LOOKS = 4;

/**
 * Pure: after how many batches it is looked whether what they hold is more than the breaker allows already: a few times, as long as more than half is unread. Where
 * each system is a batch of its own, the plan comes soon.
 */
export function earlyLooks(batches: readonly { systems: readonly SystemId[] }[]): number[] {
  if (!batches.some(({ systems }) => systems.length === BATCH_SYSTEMS)) return [];
  const looks: number[] = [];
  for (let at = FIRST_LOOK; at * 2 <= batches.length; at *= LATER_LOOKS) looks.push(at);
  return looks;
}

/** The readings that a try keeps for the next. */
const KEPT = z.array(z.strictObject({ system: z.string(), artifact: z.string() }));

/**
 * Reads the systems of one batch. A system that denies is `unknown`; one that cannot be reached is tried again by Temporal until the
 * manifest's `waits.unreachable` has passed, then it is `unknown`, too. An error never becomes an empty listing. What one try read, the next
 * need not: else one fault in a hundred calls would keep a large batch from ever being read.
 */
export async function readBatch(deps: Deps, input: ReadBatchInput): Promise<ReadBatchResult> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const systems = readingBatches(manifest)[input.index]?.systems ?? [];
  const read = await readBefore(deps, input.run, systems);
  const turn = `${input.run} ${(await deps.journal.ledger(input.run)).turns}`;
  const others: Reading[] = [];
  await forEachLimited(
    systems.filter((system) => !read.has(system)),
    async (system) => {
      if (stopRequested()) return;
      const context = { manifest, turn, ...principalsIn(input) };
      const answer = await lookInSystem<unknown>(deps, context, system, (api, cloud) => cloud.read(api, system, context));
      if (!answer.ok) return void others.push({ system, unknown: failureMessage(answer.failure) });
      // What JSON cannot say is kept nowhere, and no cloud gives.
      if (!isUnicode(answer.value)) return void others.push({ system, unknown: 'it answered with text that is not Unicode' });
      read.set(system, { system, artifact: await deps.artifacts.put(input.run, answer.value) });
      keepForNextTry([...read.values()]);
    },
  );
  const readings = [...read.values(), ...others].toSorted((a, b) => compare(a.system, b.system));
  // A reading that was stopped half way is no reading: what is missing would look like nothing there.
  if (readings.length !== systems.length)
    throw cloudUnavailable(`only ${readings.length} of ${systems.length} systems were read before the stop`);
  return {
    readings: await deps.artifacts.put(input.run, readings),
    ...(await toldByDirectory(deps, manifest, [...read.values()])),
    unknown: others.length,
    systems: readings.length,
  };
}

/** What an earlier try read, by system: as far as the records have it still. */
async function readBefore({ artifacts }: Deps, run: string, systems: readonly SystemId[]): Promise<Map<SystemId, Read>> {
  const kept = new Map((keptByLastTry(KEPT) ?? []).map((r) => [r.system, r.artifact]));
  const read = new Map<SystemId, Read>();
  for (const system of systems) {
    const artifact = kept.get(system);
    if (artifact !== undefined && (await artifacts.has(run, artifact))) read.set(system, { system, artifact });
  }
  return read;
}

async function toldByDirectory(
  { clouds, artifacts }: Deps,
  manifest: Manifest,
  read: readonly Read[],
): Promise<Pick<ReadBatchResult, 'ciemPrincipalId' | 'ciemFormerIds'>> {
  const directory = read.find((r) => systemType(r.system) === 'entra');
  if (!directory) return {};
  return principalsIn(clouds.entra.facts(await artifacts.get(directory.artifact), manifest.tenant.id, ''));
}

/** Pure: by which ids Azure knows the CIEM principal, of whoever tells. */
export function principalsIn({
  ciemPrincipalId,
  ciemFormerIds,
}: {
  ciemPrincipalId?: string;
  ciemFormerIds?: string[];
}): Pick<ReadBatchResult, 'ciemPrincipalId' | 'ciemFormerIds'> {
  return { ...(ciemPrincipalId === undefined ? {} : { ciemPrincipalId }), ...(ciemFormerIds === undefined ? {} : { ciemFormerIds }) };
}
