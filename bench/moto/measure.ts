import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { OffboardError } from '../../model/errors.ts';
import { minus } from '../calls.ts';
import { processWith, usedBy } from '../processes.ts';
import { startMoto } from '../../test/independent/moto.ts';
import { c7nOrg } from './c7n-org.ts';
import { durableOnMoto, type DurableOnMoto } from './durable.ts';
import { motoEstate, seedMoto, standing } from './estate.ts';
import { startFront } from './front.ts';
import { timed } from './timed.ts';
import type { Took } from './took.ts';

/** One round: each way on the same estate, in turn. */
export interface Round extends DurableOnMoto {
  /** A script with the same calls; one that only writes. */
  same: Took;
  writes: Took;
  /** Undefined where it was left out. */
  c7nOrg?: Took;
}

export interface OnMoto {
  accounts: number;
  runs: number;
  latency: number;
  c7nOrg: boolean;
}

/** As many accounts as the script that only writes takes at once: a worker's activities. */
const RECKLESS = 40;

const SCRIPT = join(import.meta.dirname, 'script.ts');

/** Measures every way in turn, moto emptied and filled anew before each. Throws NotClean where one leaves anything of ours, or takes what is not. */
export async function measureOnMoto(options: OnMoto, folder: string, tell: (line: string) => void): Promise<Round[]> {
  const estate = motoEstate(options.accounts);
  mkdirSync(folder, { recursive: true });
  const moto = await startMoto(tell, { managedPolicies: false });
  const pid = processWith('moto.server');
  const front = await startFront(moto.url, options.latency);
  const env = {
    AWS_ENDPOINT_URL_STS: front.url,
    AWS_ENDPOINT_URL_IAM: front.url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_REGION: 'us-east-1',
  };
  const fresh = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    await seedMoto(moto.url, estate);
    front.fresh();
    tell(`${name} on ${options.accounts} accounts`);
    const answer = await work();
    const { left, lost } = await standing(moto.url, estate);
    if (left.length + lost.length > 0)
      throw new OffboardError(
        'NotClean',
        `${name} left ${left.slice(0, 3).join(', ')} (${left.length}) and took ${lost.slice(0, 3).join(', ')} (${lost.length})`,
      );
    return answer;
  };
  /** `work` answers the seconds that count, and the CPU of who asked; of moto's CPU and the calls all counts, where it does not say it better. */
  const told = (name: string, work: () => Promise<Pick<Took, 'seconds' | 'clientCpu'> & Partial<Took>>): Promise<Took> =>
    fresh(name, async () => {
      const before = { calls: front.calls(), server: usedBy(pid).cpu };
      const answer = await work();
      const calls = minus(front.calls(), before.calls);
      return { serverCpu: usedBy(pid).cpu - before.server, calls, most: front.most(), ...answer };
    });
  const script = (mode: 'same' | 'writes', atOnce: number) => async () => {
    const command = [process.execPath, SCRIPT, mode, `${options.accounts}`, `${atOnce}`, `${pid}`];
    const { cpu, said } = await timed(join(folder, `${mode}.log`), env, ...command);
    return { clientCpu: cpu, ...(JSON.parse(said) as Pick<Took, 'seconds' | 'serverCpu'>) };
  };
  try {
    const custodian = options.c7nOrg ? await c7nOrg(estate, front.url, tell) : undefined;
    const rounds: Round[] = [];
    for (let round = 0; round < options.runs; round++) {
      const durable = await fresh('a whole run', () => durableOnMoto(estate, front, pid, folder, tell));
      const same = await told('the script with the same calls', script('same', durable.phase1.most));
      const writes = await told('the script that only writes', script('writes', RECKLESS));
      const other = custodian && (await told('c7n-org', () => custodian(join(folder, 'c7n-org'))));
      rounds.push({ ...durable, same, writes, ...(other ? { c7nOrg: other } : {}) });
    }
    return rounds;
  } finally {
    await front.stop();
    await moto.stop();
  }
}
