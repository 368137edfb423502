import { parseArgs } from 'node:util';
import { OffboardError } from '../model/errors.ts';

export interface BenchOptions {
  /** How many systems the estates have, each measured by itself. */
  sizes: number[];
  /** As many workers are measured beside one, in the place of the bare script; none where it is 1. */
  workers: number;
  /** How many AWS accounts of moto's, each measured by itself. */
  moto: number[];
  /** Milliseconds a call to moto takes longer. */
  latency: number;
  /** Whether c7n-org is measured beside it. */
  c7nOrg: boolean;
  runs: number;
  json: boolean;
}

const FEWEST = 10;
const MOST = 100_000;
const MOST_RUNS = 50;
const MOST_LATENCY_MS = 5_000;
const FEWEST_ACCOUNTS = 2;
const MOST_WORKERS = 8;

/** What a suite measures; other sizes are added by `--systems`, since the largest takes hours. */
const SUITES: Readonly<Record<string, readonly number[]>> = { all: [30, 1_000] };

/** Reads the command line. Throws Usage with the option, what is wrong with it, and what to give instead. */
export function benchOptions(args: string[]): BenchOptions {
  const { suite, systems = [], moto = [], workers, latency, runs, json, ...values } = valuesOf(args);
  const named = systems.map((text) => wholeNumber('--systems', text, FEWEST, MOST));
  const sizes = rising([...(suite === undefined ? [] : sizesOf(suite)), ...named]);
  const accounts = rising(moto.map((text) => wholeNumber('--moto', text, FEWEST_ACCOUNTS, MOST)));
  if (sizes.length + accounts.length === 0)
    throw new OffboardError(
      'Usage',
      `--systems is missing; say how many systems the estate has, from ${FEWEST} to ${MOST}, --suite ${suites()}, or --moto with a number of AWS accounts`,
    );
  return {
    sizes,
    workers: wholeNumber('--workers', workers, 1, MOST_WORKERS),
    moto: accounts,
    latency: wholeNumber('--latency', latency, 0, MOST_LATENCY_MS),
    c7nOrg: !values['without-c7n-org'],
    runs: wholeNumber('--runs', runs, 1, MOST_RUNS),
    json,
  };
}

function valuesOf(args: string[]) {
  try {
    const options = {
      suite: { type: 'string' },
      systems: { type: 'string', multiple: true },
      workers: { type: 'string', default: '1' },
      moto: { type: 'string', multiple: true },
      latency: { type: 'string', default: '0' },
      'without-c7n-org': { type: 'boolean', default: false },
      runs: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    const known =
      'bench knows --suite NAME, --systems N and --moto N (also several times), --workers N, --latency MS, --without-c7n-org, --runs N and --json';
    throw new OffboardError('Usage', `${(error as Error).message}; ${known}`, { cause: error });
  }
}

const rising = (numbers: readonly number[]) => [...new Set(numbers)].toSorted((a, b) => a - b);

function sizesOf(suite: string): readonly number[] {
  const sizes = SUITES[suite];
  if (!sizes) throw new OffboardError('Usage', `--suite: there is no suite ${suite}; give ${suites()}`);
  return sizes;
}

const suites = () => Object.keys(SUITES).join(' or ');

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OffboardError('Usage', `${option}: ${text} cannot be measured; give a whole number from ${least} to ${most}`);
}
