import { enterPhase, removeAgain, settle } from '../settle.ts';
import { collectAgain } from './stop-data-collection.ts';
import type { Batch } from '../../model/batch.ts';
import type { Run, StepOutcome } from '../run.ts';
import { together } from '../together.ts';

type RankedPhase = 'permissions' | 'oidc-applications' | 'sign-in';

/** Removes a phase's items, once what the phase before removed is seen to be gone still. */
export async function removeByRank(run: Run, phase: RankedPhase): Promise<StepOutcome> {
  const entered = await enterPhase(run, phase, againBefore(run, phase));
  if (entered !== 'done') return entered;
  await removeBatches(run, phase, run.batches(phase));
  return await settle(run, phase, removeAgain(run, phase));
}

/** The clouds side by side, within a cloud rank after rank, within a rank all batches at once. */
export async function removeBatches(run: Run, phase: RankedPhase, all: Batch[]): Promise<void> {
  const clouds = [...Map.groupBy(all, (b) => b.type).values()];
  await together(
    clouds.map((batches) => async () => {
      for (const rank of Map.groupBy(batches, (b) => b.rank).values()) {
        await together(
          rank.map(
            (b) => () => run.remove(phase, `remove: ${b.label}`, { phase, type: b.type, wave: b.wave, rank: b.rank, index: b.index }),
          ),
        );
      }
    }),
  );
}

/** How what came back since the phase before is taken away once more: collectors only by their people. */
function againBefore(run: Run, phase: RankedPhase): (items: string[]) => Promise<void> {
  return phase === 'sign-in' ? (items) => collectAgain(run, items) : removeAgain(run, 'permissions');
}
