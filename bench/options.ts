import { parseArgs } from 'node:util';
import { OffboardError } from '../model/errors.ts';

export interface BenchOptions {
  /** How many systems the estates have, each measured by itself. */
  sizes: number[];
  runs: number;
  json: boolean;
}

const FEWEST = 10;
const MOST = 100_000;
const MOST_RUNS = 50;

/** What a suite measures; other sizes are added by `--systems`, since the largest takes hours. */
const SUITES: Readonly<Record<string, readonly number[]>> = { all: [30, 1_000] };

/** Reads the command line. Throws Usage with the option, what is wrong with it, and what to give instead. */
export function benchOptions(args: string[]): BenchOptions {
  const { suite, systems = [], runs, json } = valuesOf(args);
  const named = systems.map((text) => wholeNumber('--systems', text, FEWEST, MOST));
  const sizes = [...new Set([...(suite === undefined ? [] : sizesOf(suite)), ...named])].toSorted((a, b) => a - b);
  if (sizes.length === 0)
    throw new OffboardError(
      'Usage',
      `--systems is missing; say how many systems the estate has, from ${FEWEST} to ${MOST}, or --suite ${suites()}`,
    );
  return { sizes, runs: wholeNumber('--runs', runs, 1, MOST_RUNS), json };
}

function valuesOf(args: string[]) {
  try {
    const options = {
      suite: { type: 'string' },
      systems: { type: 'string', multiple: true },
      runs: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    const known = 'bench knows --suite NAME, --systems N (also several times), --runs N and --json';
    throw new OffboardError('Usage', `${(error as Error).message}; ${known}`, { cause: error });
  }
}

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
