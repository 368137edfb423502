import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { OffboardError } from '../../model/errors.ts';

/** What `npm run chaos` was asked for. */
export interface ChaosOptions {
  kills: number;
  /** Of all calls to the clouds, how many are disturbed: 0 to 1. */
  rate: number;
  seed: number;
  /** A file, or how many systems a made one has. */
  estate: string | number;
  workers: number;
  /** Whether the records lie in a PostgreSQL, and not in a file. */
  postgres: boolean;
  /** For how long what was killed stays away, in seconds. */
  away: number;
  quotas: 'published' | undefined;
  json: boolean;
}

const DEFAULT_ESTATE = resolve(import.meta.dirname, '..', '..', 'estates', 'default.yaml');
const MOST_KILLS = 10_000;
const MOST_WORKERS = 8;
const MOST_AWAY = 600;
const MOST_SYSTEMS = 100_000;

/** Reads the command line. Throws Usage with the option, what is wrong with it, and what to give instead. */
export function chaosOptions(args: string[]): ChaosOptions {
  const { kills, faults, seed, estate, systems, workers, postgres, away, quotas, json } = valuesOf(args);
  if (quotas !== undefined && quotas !== 'published')
    throw new OffboardError('Usage', `--quotas: there are no quotas ${quotas}; give published`);
  if (estate !== undefined && systems !== undefined)
    throw new OffboardError('Usage', '--systems: makes another estate than --estate; give one of the two');
  return {
    kills: whole('--kills', kills, 0, MOST_KILLS),
    rate: share('--faults', faults),
    seed: whole('--seed', seed, 0, 2 ** 31),
    estate: systems === undefined ? (estate ?? DEFAULT_ESTATE) : whole('--systems', systems, 10, MOST_SYSTEMS),
    workers: whole('--workers', workers, 1, MOST_WORKERS),
    postgres,
    away: whole('--away', away, 0, MOST_AWAY),
    quotas,
    json,
  };
}

function valuesOf(args: string[]) {
  try {
    const options = {
      kills: { type: 'string', default: '12' },
      faults: { type: 'string', default: '0.1' },
      seed: { type: 'string', default: '1' },
      estate: { type: 'string' },
      systems: { type: 'string' },
      workers: { type: 'string', default: '1' },
      postgres: { type: 'boolean', default: false },
      away: { type: 'string', default: '0' },
      quotas: { type: 'string' },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    const known =
      'chaos knows --kills N, --faults RATE, --seed S, --workers N, --postgres, --away SECONDS, --quotas published, --estate FILE or --systems N, and --json';
    throw new OffboardError('Usage', `${(error as Error).message}; ${known}`, { cause: error });
  }
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OffboardError('Usage', `${option}: ${text} is no whole number from ${least} to ${most}; give one`);
}

function share(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new OffboardError('Usage', `${option}: ${text} is no number from 0 to 1; give one, as 0.1 for every tenth call`);
}
