import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT_CODES, OffboardError } from '../model/errors.ts';
import { writeLargeEstate } from '../scripts/large-estate/write.ts';
import { runBare } from './bare.ts';
import { runDurable } from './durable.ts';
import { figuresOf, tableOf, type Figure, type Pair } from './figures.ts';
import { benchOptions } from './options.ts';
import { demandProc } from './processes.ts';

const RESULTS = process.env['OFFBOARD_BENCH_RESULTS'] ?? join(import.meta.dirname, 'results');
const FOLDER = '.offboard/bench';

/** `npm run bench -- --systems N [--systems N …] [--suite all] [--runs N] [--json]`: bench/README.md says what each figure means. Progress goes to stderr. */
async function run(): Promise<void> {
  const { sizes, runs, json } = benchOptions(process.argv.slice(2));
  demandProc();
  mkdirSync(RESULTS, { recursive: true });
  const loadBefore = load();
  const all: (Figure & { systems: number })[] = [];
  for (const systems of sizes) {
    const figures = await measured(systems, runs, loadBefore);
    (json ? process.stderr : process.stdout).write(`${systems} systems\n${tableOf(figures)}`);
    all.push(...figures.map((f) => ({ ...f, systems })));
  }
  if (json) process.stdout.write(`${JSON.stringify({ figures: all, machine: { ...machine(), loadBefore } })}\n`);
}

/** Measures one size and writes the file of its results. */
async function measured(systems: number, runs: number, loadBefore: number): Promise<Figure[]> {
  const began = new Date();
  const folder = resolve(FOLDER);
  mkdirSync(folder, { recursive: true });
  const estate = join(folder, 'estate.json');
  const tell = (line: string) => process.stderr.write(`[${((Date.now() - began.getTime()) / 1000).toFixed(1)} s] ${line}\n`);
  const { ours } = writeLargeEstate(systems, estate);
  const pairs: Pair[] = [];
  for (let pair = 1; pair <= runs; pair++) {
    tell(`pair ${pair} of ${runs}: the bare script on ${systems} systems with ${ours} things of ours`);
    const bare = await runBare(estate, join(folder, 'bare'));
    tell(`read in ${bare.reading.toFixed(1)} s, removed in ${bare.removing.toFixed(1)} s; the same by a whole run:`);
    pairs.push({ bare, durable: await runDurable(estate, join(folder, 'durable'), tell) });
  }
  const figures = figuresOf(pairs, systems);
  const at = began.toISOString();
  const result = { at, systems, runs, figures, machine: { ...machine(), loadBefore }, pairs };
  writeFileSync(join(RESULTS, `${at.slice(0, 16).replace(':', '-')}-${systems}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
  return figures;
}

/** `load` is that at the end, with the benchmark's own part in it, which is about 2. */
function machine() {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    load: load(),
  };
}

/** How many processes wanted to run in the last minute. What else uses the machine shows in it. */
function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

run().catch((error: unknown) => {
  const known = error instanceof OffboardError;
  process.stderr.write(`bench: ${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = known ? EXIT_CODES[error.code] : EXIT_CODES.Internal;
});
