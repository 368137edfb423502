import { parseArgs } from 'node:util';
import { OffboardError } from '../model/errors.ts';

export interface BenchOptions {
  systems: number;
  runs: number;
  json: boolean;
}

const FEWEST = 10;
const MOST = 100_000;
const MOST_RUNS = 50;

/** Reads the command line. Throws Usage with the option, what is wrong with it, and what to give instead. */
export function benchOptions(args: string[]): BenchOptions {
  const { systems, runs, json } = valuesOf(args);
  if (systems === undefined)
    throw new OffboardError('Usage', `--systems is missing; say how many systems the estate has, from ${FEWEST} to ${MOST}`);
  return { systems: wholeNumber('--systems', systems, FEWEST, MOST), runs: wholeNumber('--runs', runs, 1, MOST_RUNS), json };
}

function valuesOf(args: string[]) {
  try {
    const options = {
      systems: { type: 'string' },
      runs: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new OffboardError('Usage', `${(error as Error).message}; bench knows --systems N, --runs N and --json`, { cause: error });
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OffboardError('Usage', `${option}: ${text} cannot be measured; give a whole number from ${least} to ${most}`);
}
