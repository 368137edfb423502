import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pair } from './figures.ts';
import { countCalls } from './calls.ts';
import { barsSvg, type Bar } from './svg.ts';

/** A file of `results/`, as far as charts need it. */
export interface Result {
  systems: number;
  pairs: Pair[];
}

/** Pure: where the calls of each run go, and those of the script beside it, for each system. */
export function callsBars(results: readonly Result[]): Bar[] {
  return perSystem(results, ({ bare, durable }) => [
    ['the script', [['the script', bare.calls]]],
    ['a whole run', Object.entries(durable.callsByStage).map(([stage, calls]) => [stage, countCalls(calls)] as const)],
  ]);
}

/** Pure: seconds of each run by stage, and of the script beside it, for each thousand systems. */
export function timeBars(results: readonly Result[]): Bar[] {
  const of = results.map((r) => ({ ...r, systems: r.systems / 1_000, named: r.systems }));
  return perSystem(of, ({ bare, durable }) => [
    ['the script', [['the script', bare.reading + bare.removing]]],
    ['a whole run', Object.entries(durable.stages)],
  ]);
}

type Parts = (readonly [name: string, value: number])[];

/** Of several pairs the first is shown; parts of less than a hundredth stand together. */
function perSystem(results: readonly (Result & { named?: number })[], of: (pair: Pair) => [label: string, parts: Parts][]): Bar[] {
  return results.flatMap(({ systems, named = systems, pairs: [pair] }) =>
    (pair ? of(pair) : []).map(([label, parts]) => {
      const all = parts.reduce((sum, [, value]) => sum + value, 0);
      const [small, large] = [parts.filter(([, v]) => v < all / 100), parts.filter(([, v]) => v >= all / 100)];
      const rest = small.reduce((sum, [, value]) => sum + value, 0);
      const shown = [...large, ...(rest > 0 ? [['the rest', rest] as const] : [])];
      return { label: `${named} systems, ${label}`, parts: shown.map(([name, value]) => ({ name, value: value / systems })) };
    }),
  );
}

/** `node bench/charts.ts RESULT…`: draws `calls.svg` and `time.svg` beside the benchmark's README. */
if (import.meta.main) {
  const results = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Result);
  const draw = (name: string, svg: string) => writeFileSync(join(import.meta.dirname, name), svg);
  draw('calls.svg', barsSvg('Calls to the clouds', 'a system', callsBars(results)));
  draw('time.svg', barsSvg('Time', 's for 1,000 systems', timeBars(results)));
}
