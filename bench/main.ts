import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT_CODES, OffboardError } from '../model/errors.ts';
import { writeLargeEstate } from '../scripts/large-estate/write.ts';
import { runBare } from './bare.ts';
import { runDurable } from './durable.ts';
import { figuresOf, tableOf, type Figure, type Pair } from './figures.ts';
import { motoFigures } from './moto/figures.ts';
import { measureOnMoto, type OnMoto } from './moto/measure.ts';
import { benchOptions } from './options.ts';
import { demandProc } from './processes.ts';
import { workersFigures, type WorkersRound } from './workers.ts';

const RESULTS = process.env['OFFBOARD_BENCH_RESULTS'] ?? join(import.meta.dirname, 'results');
const FOLDER = '.offboard/bench';

/** `npm run bench -- --systems N [--systems N …] [--suite all] [--workers N] [--moto N …] [--latency MS] [--without-c7n-org] [--runs N] [--json]`: bench/README.md says what each figure means. Progress goes to stderr. */
async function run(): Promise<void> {
  const { sizes, workers, moto, runs, json, latency, c7nOrg } = benchOptions(process.argv.slice(2));
  demandProc();
  mkdirSync(RESULTS, { recursive: true });
  const loadBefore = load();
  const all: (Figure & ({ systems: number } | { accounts: number }))[] = [];
  const show = (text: string) => (json ? process.stderr : process.stdout).write(text);
  for (const systems of sizes) {
    const figures = await (workers === 1 ? measured(systems, runs, loadBefore) : measuredByWorkers(systems, workers, runs, loadBefore));
    show(`${systems} systems\n${tableOf(figures)}`);
    all.push(...figures.map((f) => ({ ...f, systems })));
  }
  for (const accounts of moto) {
    const figures = await measuredOnMoto({ accounts, runs, latency, c7nOrg }, loadBefore);
    show(`${accounts} AWS accounts on moto\n${tableOf(figures)}`);
    all.push(...figures.map((f) => ({ ...f, accounts })));
  }
  if (json) process.stdout.write(`${JSON.stringify({ figures: all, machine: { ...machine(), loadBefore } })}\n`);
}

/** Measures one size and writes the file of its results. */
async function measured(systems: number, runs: number, loadBefore: number): Promise<Figure[]> {
  const { began, folder, tell } = prepared();
  const estate = join(folder, 'estate.json');
  const { ours } = writeLargeEstate(systems, estate);
  const pairs: Pair[] = [];
  for (let pair = 1; pair <= runs; pair++) {
    tell(`pair ${pair} of ${runs}: the bare script on ${systems} systems with ${ours} things of ours`);
    const bare = await runBare(estate, join(folder, 'bare'));
    tell(`read in ${bare.reading.toFixed(1)} s, removed in ${bare.removing.toFixed(1)} s; the same by a whole run:`);
    pairs.push({ bare, durable: await runDurable(estate, join(folder, 'durable'), tell) });
  }
  const figures = figuresOf(pairs, systems);
  keep(began, `${systems}`, { systems, runs, figures, machine: { ...machine(), loadBefore }, pairs });
  return figures;
}

async function measuredByWorkers(systems: number, workers: number, runs: number, loadBefore: number): Promise<Figure[]> {
  const { began, folder, tell } = prepared();
  const estate = join(folder, 'estate.json');
  writeLargeEstate(systems, estate);
  const by = async (count: number) => {
    tell(`${systems} systems by ${count}`);
    return await runDurable(estate, join(folder, 'durable'), tell, { workers: count, slow: true });
  };
  const rounds: WorkersRound[] = [];
  for (let round = 0; round < runs; round++) rounds.push({ one: await by(1), several: await by(workers) });
  const figures = workersFigures(rounds, workers, machine().cores);
  keep(began, `${systems}-workers-${workers}`, { systems, workers, runs, figures, machine: { ...machine(), loadBefore }, rounds });
  return figures;
}

async function measuredOnMoto(options: OnMoto, loadBefore: number): Promise<Figure[]> {
  const { began, folder, tell } = prepared();
  const rounds = await measureOnMoto(options, join(folder, 'moto'), tell);
  const figures = motoFigures(rounds, options.accounts);
  keep(began, `moto-${options.accounts}`, { ...options, figures, machine: { ...machine(), loadBefore }, rounds });
  return figures;
}

function prepared() {
  const began = new Date();
  const folder = resolve(FOLDER);
  mkdirSync(folder, { recursive: true });
  const tell = (line: string) => process.stderr.write(`[${((Date.now() - began.getTime()) / 1000).toFixed(1)} s] ${line}\n`);
  return { began, folder, tell };
}

function keep(began: Date, name: string, result: object): void {
  const at = began.toISOString();
  const file = join(RESULTS, `${at.slice(0, 16).replace(':', '-')}-${name}.json`);
  writeFileSync(file, `${JSON.stringify({ at, ...result }, undefined, 2)}\n`);
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
