import type { Manifest } from '../../../model/manifest.ts';
import type { SystemId, SystemType } from '../../../model/names.ts';
import type { Answer } from '../../answer.ts';
import { walkAll, walkedTypes } from '../../discover/walk.ts';
import type { RunAtWork } from '../operation.ts';
import type { Planned } from './planned.ts';
import { readingOf, type Wanted } from './readings.ts';

/** Systems that a plan does not know, and what of the listing failed. */
export interface Joined {
  systems: SystemId[];
  unknown: { system: SystemId; reason: string }[];
}

const NOTHING: Joined = { systems: [], unknown: [] };

/**
 * Where the manifest says `all`, the systems of a type that are there by now and that the plan does not know: what uses a planned thing may be in one of
 * them. Listed once in a step. What the plan could not list either is known.
 */
export async function joinedSince(
  { deps, plan, ledger }: Pick<RunAtWork, 'deps' | 'plan' | 'ledger'>,
  planned: Pick<Planned, 'systems'>,
  step: Pick<Wanted, 'step' | 'row'>,
  type: SystemType,
): Promise<Joined> {
  const { manifest } = ledger;
  if (manifest === undefined) return NOTHING;
  const listed = await readingOf(deps, { ...step, system: `${type}:all`, asked: 'joined' }, Infinity, async (): Promise<Answer<Joined>> => {
    const written = await deps.artifacts.kept<Manifest>(manifest);
    if (!walkedTypes(written).includes(type)) return { ok: true, value: NOTHING };
    const { walked } = await walkAll(deps, written, type);
    const known = new Set([...(planned.systems.get(type) ?? []), ...plan.unknown.map((u) => u.system)]);
    const isNew = ({ system }: { system: SystemId }) => !known.has(system);
    return { ok: true, value: { systems: walked.systems.filter((s) => !known.has(s)), unknown: walked.unknown.filter(isNew) } };
  });
  return listed.ok ? (listed.value as Joined) : NOTHING;
}
