import { systemType, type Phase, type SystemType } from './names.ts';
import type { Plan, PlanItem } from './plan.ts';
import { pilotItems } from './wave.ts';

/** A share of one phase's work: the items of some systems of one type and stage. `index` counts within (phase, type, wave, stage). */
export interface Batch {
  phase: Phase;
  type: SystemType;
  /** `pilot` goes before all `rest`, with a soak time and a go-ahead between. */
  wave: 'pilot' | 'rest';
  /** Name of its place in the cloud's order. */
  stage: string;
  index: number;
  /** Number of systems and items in it. */
  systems: number;
  items: number;
  /** For the Temporal UI: the system when there is only one. */
  label: string;
}

/** From how many systems on batches hold `BATCH_SYSTEMS` of them; below, each system is an activity of its own that the UI shows. */
export const SMALL_ESTATE = 50;
export const BATCH_SYSTEMS = 50;

/** Pure: the plan cut into batches, in the order of execution. */
export function batchesOf(plan: Plan): Batch[] {
  return groups(plan).map(({ phase, type, wave, stage, index, items }) => {
    const systems = [...new Set(items.map((i) => i.system))];
    const label = systems.length === 1 ? (systems[0] as string) : `${systems.length} systems`;
    return { phase, type, wave, stage, index, systems: systems.length, items: items.length, label };
  });
}

/** What names a batch of a plan. */
export type BatchKey = Pick<Batch, 'phase' | 'type' | 'wave' | 'stage' | 'index'>;

export function itemsOf(plan: Plan, batch: BatchKey): PlanItem[] {
  const known = cut.get(plan) ?? new Map(groups(plan).map((g) => [keyOf(g), g.items]));
  cut.set(plan, known);
  return known.get(keyOf(batch)) ?? [];
}

/** A plan never changes: it is cut once. */
const cut = new WeakMap<Plan, ReadonlyMap<string, PlanItem[]>>();

const keyOf = ({ phase, type, wave, stage, index }: BatchKey) => [phase, type, wave, stage, index].join(' ');

type Group = BatchKey & { items: PlanItem[] };

function groups(plan: Plan): Group[] {
  const size = new Set(plan.items.map((i) => i.system)).size > SMALL_ESTATE ? BATCH_SYSTEMS : 1;
  const pilot = pilotItems(plan);
  const waveOf = (i: PlanItem) => (pilot.has(i.id) ? 'pilot' : 'rest');
  const stages = Map.groupBy(plan.items, (i) => `${i.phase} ${systemType(i.system)} ${waveOf(i)} ${i.stage}`);
  return [...stages.values()].flatMap((stage) => {
    const first = stage[0] as PlanItem;
    const bySystem = [...Map.groupBy(stage, (i) => i.system).values()];
    const batches: Group[] = [];
    for (let at = 0; at < bySystem.length; at += size) {
      batches.push({
        phase: first.phase,
        type: systemType(first.system),
        wave: waveOf(first),
        stage: first.stage,
        index: at / size,
        items: bySystem.slice(at, at + size).flat(),
      });
    }
    return batches;
  });
}
