import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemId, type SystemType } from '../../model/names.ts';
import { mergeOwnAccess, type OwnAccess } from '../../model/own-access.ts';
import type { Plan } from '../../model/plan.ts';
import type { ReadContext } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import type { Reading } from '../discover/read.ts';
import { failureMessage } from '../failures.ts';
import { forEachLimited } from '../look/activity.ts';
import { answerOf } from '../answer.ts';

/** The end of a run must not wait for days for a cloud that is away: it is asked a few times, then its part is unknown. */
const PAUSES_MS = [1_000, 3_000];

export interface OwnAccessInput {
  run: string;
  /** Addresses of the Reading[] that the verification has just taken; absent where it did not come to that. */
  readings?: string[];
}

/**
 * Reads what the worker itself may do in the systems of the run, and records it. Changes nothing, and fails for no cloud's sake: what
 * cannot be read is recorded as unknown. Without a plan nothing was looked at, and nothing is recorded.
 */
export async function readOwnAccess(deps: Deps, { run, readings = [] }: OwnAccessInput): Promise<void> {
  const { planArtifact } = await deps.journal.ledger(run);
  if (planArtifact === undefined) return;
  const plan = await deps.artifacts.get<Plan>(planArtifact);
  const manifest = await deps.artifacts.get<Manifest>(plan.manifestHash);
  const read = (await Promise.all(readings.map((address) => deps.artifacts.get<Reading[]>(address)))).flat();
  const artifacts = new Map(read.flatMap((r) => ('artifact' in r ? [[r.system, r.artifact] as const] : [])));
  const parts: OwnAccess[] = [];
  const away = new Set<SystemType>();
  await forEachLimited(systemsOf(manifest), async (system) => {
    const artifact = artifacts.get(system);
    const snapshot = artifact === undefined ? undefined : await deps.artifacts.get<unknown>(artifact);
    parts.push(await ask(deps, system, { manifest }, away, snapshot));
  });
  await deps.journal.append(run, { type: 'own-access', access: mergeOwnAccess(parts) });
}

async function ask(deps: Deps, system: SystemId, context: ReadContext, away: Set<SystemType>, read: unknown): Promise<OwnAccess> {
  const type = systemType(system);
  const cloud = deps.clouds[type];
  if (!cloud.ownAccess) return { identities: [], grants: [], unknown: [] };
  for (let tries = 0; ; tries++) {
    const result = await answerOf(cloud, async () => cloud.ownAccess?.(await cloud.connect(system, context), system, context, read));
    if (result.ok) return result.value ?? { identities: [], grants: [], unknown: [] };
    const pause = PAUSES_MS[tries];
    if (result.failure.kind !== 'retry' || pause === undefined || away.has(type)) {
      if (result.failure.kind === 'retry') away.add(type);
      return { identities: [], grants: [], unknown: [{ system, reason: failureMessage(result.failure) }] };
    }
    await sleep(pause);
  }
}
