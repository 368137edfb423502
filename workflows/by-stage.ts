import type { Batch, BatchKey } from '../model/batch.ts';
import { together } from './together.ts';

/** What names a batch, without what is told of it. */
export function keyOf({ phase, type, wave, stage, index }: Batch): BatchKey {
  return { phase, type, wave, stage, index };
}

/** Works on batches: the clouds side by side, within a cloud stage after stage, within a stage all batches at once. */
export async function byStage(all: Batch[], work: (batch: Batch, key: BatchKey) => Promise<void>): Promise<void> {
  const clouds = [...Map.groupBy(all, (b) => b.type).values()];
  await together(
    clouds.map((batches) => async () => {
      for (const stage of Map.groupBy(batches, (b) => b.stage).values()) {
        await together(stage.map((b) => () => work(b, keyOf(b))));
      }
    }),
  );
}
