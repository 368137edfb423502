import { enterPhase, removeAgain, settle } from '../settle.ts';
import { together, type Run, type StepOutcome } from '../run.ts';

type RankedPhase = 'permissions' | 'oidc-applications' | 'sign-in';

/** Removes a phase's items: the clouds side by side, within a cloud rank after rank, within a rank all batches at once. */
export async function removeByRank(run: Run, phase: RankedPhase): Promise<StepOutcome> {
  const entered = await enterPhase(run, phase, removeAgain(run, previousOf(phase)));
  if (entered !== 'done') return entered;
  const clouds = [...Map.groupBy(run.batches(phase), (b) => b.type).values()];
  await together(
    clouds.map((batches) => async () => {
      for (const rank of Map.groupBy(batches, (b) => b.rank).values()) {
        await together(
          rank.map((b) => () => run.remove(phase, `remove: ${b.label}`, { phase, type: b.type, rank: b.rank, index: b.index })),
        );
      }
    }),
  );
  return await settle(run, phase, removeAgain(run, phase));
}

const previousOf = (phase: RankedPhase) => (phase === 'sign-in' ? ('data-collection' as const) : ('permissions' as const));
