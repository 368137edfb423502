import type { Batch, BatchKey } from '../model/batch.ts';
import { together } from './together.ts';

/** Works on batches: the clouds side by side, within a cloud rank after rank, within a rank all batches at once. */
export async function byRank(all: Batch[], work: (batch: Batch, key: BatchKey) => Promise<void>): Promise<void> {
  const clouds = [...Map.groupBy(all, (b) => b.type).values()];
  await together(
    clouds.map((batches) => async () => {
      for (const rank of Map.groupBy(batches, (b) => b.rank).values()) {
        await together(rank.map((b) => () => work(b, { phase: b.phase, type: b.type, wave: b.wave, rank: b.rank, index: b.index })));
      }
    }),
  );
}
