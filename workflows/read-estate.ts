import { readBatch, walk } from './activities.ts';
import { together } from './together.ts';

/** What `all` stands for, then every system: addresses of the manifest written out and of all readings. */
export interface EstateRead {
  manifest: string;
  readings: string[];
  /** Address of what the walk tells of systems beside their ids. */
  described: string;
}

/** Walks and reads an estate, the directory first: what it tells, the others need. `onBatch` hears of each batch that was read. */
export async function readEstate(
  run: string,
  written: string,
  onBatch: (read: number, of: number) => void = () => {},
): Promise<EstateRead> {
  const { manifest, batches, readings, described } = await walk({ run, manifest: written });
  const [directory = '', ...others] = batches;
  let read = 0;
  const advance = () => onBatch(++read, batches.length);
  const first = await readBatch(`read ${directory}`, { run, manifest, index: 0 });
  advance();
  const { ciemPrincipalId, ciemFormerIds } = first;
  const known = {
    ...(ciemPrincipalId === undefined ? {} : { ciemPrincipalId }),
    ...(ciemFormerIds === undefined ? {} : { ciemFormerIds }),
  };
  const addresses = [readings, first.readings];
  await together(
    others.map((label, i) => async () => {
      addresses[i + 2] = (await readBatch(`read ${label}`, { run, manifest, index: i + 1, ...known })).readings;
      advance();
    }),
  );
  return { manifest, readings: addresses, described };
}
