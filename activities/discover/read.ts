import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemId } from '../../model/names.ts';
import { BATCH_SYSTEMS, SMALL_ESTATE } from '../../model/batch.ts';
import { isUnicode } from '../../model/visible.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable, failureMessage } from '../failures.ts';
import { forEachLimited, stopRequested } from '../look/activity.ts';
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
}

/** Pure: which systems are read together. The directory is batch 0: what it tells, the others need. */
export function readingBatches(manifest: Manifest): { label: string; systems: SystemId[] }[] {
  const all = systemsOf(manifest);
  const directory = all.filter((s) => systemType(s) === 'entra');
  const others = all.filter((s) => systemType(s) !== 'entra');
  const size = others.length > SMALL_ESTATE ? BATCH_SYSTEMS : 1;
  const batches = [directory];
  for (let at = 0; at < others.length; at += size) batches.push(others.slice(at, at + size));
  return batches.map((systems) => ({ systems, label: systems.length === 1 ? (systems[0] as string) : `${systems.length} systems` }));
}

/**
 * Reads the systems of one batch. A system that denies is `unknown`; one that cannot be reached is tried again by Temporal until the
 * manifest's `waits.unreachable` has passed, then it is `unknown`, too. An error never becomes an empty listing.
 */
export async function readBatch(deps: Deps, input: ReadBatchInput): Promise<ReadBatchResult> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const systems = readingBatches(manifest)[input.index]?.systems ?? [];
  const readings: Reading[] = [];
  let told: Pick<ReadBatchResult, 'ciemPrincipalId' | 'ciemFormerIds'> = {};
  await forEachLimited(systems, async (system) => {
    if (stopRequested()) return;
    const context = { manifest, ...principalsIn(input) };
    const answer = await lookInSystem<unknown>(deps, context, system, (api, cloud) => cloud.read(api, system, context));
    if (!answer.ok) return void readings.push({ system, unknown: failureMessage(answer.failure) });
    // What JSON cannot say is kept nowhere, and no cloud gives.
    if (!isUnicode(answer.value)) return void readings.push({ system, unknown: 'it answered with text that is not Unicode' });
    readings.push({ system, artifact: await deps.artifacts.put(input.run, answer.value) });
    const type = systemType(system);
    if (type === 'entra') told = principalsIn(deps.clouds[type].facts(answer.value, manifest.tenant.id, ''));
  });
  // A reading that was stopped half way is no reading: what is missing would look like nothing there.
  if (readings.length !== systems.length)
    throw cloudUnavailable(`only ${readings.length} of ${systems.length} systems were read before the stop`);
  readings.sort((a, b) => (a.system < b.system ? -1 : 1));
  return {
    readings: await deps.artifacts.put(input.run, readings),
    ...told,
    unknown: readings.filter((r) => 'unknown' in r).length,
  };
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
