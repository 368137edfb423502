import { CancellationScope } from '@temporalio/workflow';
import { readBatch, walk } from './activities.ts';
import { together } from './together.ts';

/** What `all` stands for, then every system: addresses of the manifest written out and of all readings. */
export interface EstateRead {
  manifest: string;
  readings: string[];
  /** Address of what the walk tells of systems beside their ids. */
  described: string;
}

/** A part of an estate. */
export interface PartRead extends Pick<EstateRead, 'manifest' | 'readings'> {
  read: { systems: number; of: number };
}

interface Watch {
  /** Hears of each batch that was read. */
  onBatch?(read: number, of: number): void;
  /** Looks a few times at what of a large estate was read so far; where it throws, the rest is not read. */
  early?(part: PartRead): Promise<void>;
}

/** Walks and reads an estate, the directory first: what it tells, the others need. */
export async function readEstate(run: string, written: string, { onBatch, early }: Watch = {}): Promise<EstateRead> {
  const { manifest, batches, looks, systems: of, readings, described } = await walk({ run, manifest: written });
  const [directory = '', ...others] = batches;
  const addresses = [readings];
  let systems = 0;
  let read = 0;
  const take = (at: number, result: { readings: string; systems: number }) => {
    addresses[at] = result.readings;
    systems += result.systems;
    read++;
    onBatch?.(read, batches.length);
  };
  const first = await readBatch(`read ${directory}`, { run, manifest, index: 0 });
  take(1, first);
  const { ciemPrincipalId, ciemFormerIds } = first;
  const known = {
    ...(ciemPrincipalId === undefined ? {} : { ciemPrincipalId }),
    ...(ciemFormerIds === undefined ? {} : { ciemFormerIds }),
  };
  const scope = new CancellationScope();
  const looking: Promise<void>[] = [];
  let refusal: Error | undefined;
  const look = async () => {
    try {
      await early?.({ manifest, readings: addresses.filter((a) => a !== undefined), read: { systems, of } });
    } catch (error) {
      refusal ??= error as Error;
      scope.cancel();
    }
  };
  const reading = others.map((label, i) => async () => {
    take(i + 2, await readBatch(`read ${label}`, { run, manifest, index: i + 1, ...known }));
    if (early && looks.includes(read)) looking.push(look());
  });
  try {
    await scope.run(() => together(reading));
  } catch (error) {
    if (refusal === undefined) throw error;
  }
  await Promise.all(looking);
  if (refusal !== undefined) throw refusal;
  return { manifest, readings: addresses, described };
}
