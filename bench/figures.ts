import type { BareRun } from './bare.ts';
import type { DurableRun } from './durable.ts';

/** A figure with its goal: at most so much. Without a goal it is told only, and `met` is null. */
export interface Figure {
  name: string;
  unit: string;
  median: number;
  least: number;
  most: number;
  goal: number | null;
  met: boolean | null;
}

/** One pair: the bare script, then a whole run on the same estate. */
export interface Pair {
  bare: BareRun;
  durable: DurableRun;
}

const MB = 1e6;
/** At other sizes the nearest smaller one's goal counts. */
const PEAK_GOALS_MB: readonly (readonly [systems: number, goal: number])[] = [
  [10_000, 450],
  [1_000, 350],
  [0, 250],
];

/** Pure: median and spread of what was measured several times. */
export function figure(name: string, unit: string, goal: number | null, measured: readonly number[]): Figure {
  const values = measured.toSorted((a, b) => a - b);
  const median = rounded(middle(values));
  const [least, most] = [rounded(values[0] ?? 0), rounded(values.at(-1) ?? 0)];
  return { name, unit, median, least, most, goal, met: goal === null ? null : median <= goal };
}

/** Pure: medians and spread of all that was measured, with the goals (bench/README.md). */
export function figuresOf(pairs: readonly Pair[], systems: number): Figure[] {
  const accounts = Math.floor(systems * 0.6);
  const of = (name: string, unit: string, goal: number | null, value: (pair: Pair) => number) => figure(name, unit, goal, pairs.map(value));
  const peakGoal = PEAK_GOALS_MB.find(([from]) => systems >= from)?.[1] ?? 0;
  return [
    of('durable ÷ bare', 'ratio', 1.2, ({ bare, durable }) => durable.seconds / (bare.reading + bare.removing)),
    of('phase 1 ÷ bare removal', 'ratio', null, ({ bare, durable }) => (durable.stages['permissions'] ?? 0) / bare.removing),
    of('whole run', 's', null, ({ durable }) => durable.seconds),
    ...['discover', 'plan', 'permissions', 'oidc-applications', 'verify', 'evidence'].map((stage) =>
      of(`stage ${stage}`, 's', null, ({ durable }) => durable.stages[stage] ?? 0),
    ),
    of('bare script', 's', null, ({ bare }) => bare.reading + bare.removing),
    of('calls of the whole run', 'calls', null, ({ durable }) => durable.calls),
    of('calls of the bare script', 'calls', null, ({ bare }) => bare.calls),
    of('IAM calls of phase 1 an account', 'calls', 6, ({ durable }) => durable.iamCalls / accounts),
    of('CPU of the worker a system', 'ms', null, ({ durable }) => (durable.worker.cpu * 1000) / systems),
    of('CPU of the server a system', 'ms', null, ({ durable }) => (durable.server.cpu * 1000) / systems),
    of('CPU of the sandbox a system', 'ms', null, ({ durable }) => (durable.sandbox.cpu * 1000) / systems),
    of('CPU of the bare script a system', 'ms', null, ({ bare }) => (bare.script.cpu * 1000) / systems),
    of("the sandbox's share of the CPU, durable", 'share', 0.3, ({ durable }) =>
      shareOf(durable.sandbox.cpu, durable.worker.cpu + durable.server.cpu),
    ),
    of("the sandbox's share of the CPU, bare", 'share', null, ({ bare }) => shareOf(bare.sandbox.cpu, bare.script.cpu)),
    of('peak memory of the worker', 'MB', peakGoal, ({ durable }) => durable.worker.peak / MB),
    of('largest history', 'events', 10_239, ({ durable }) => durable.largestHistory),
    of('largest payload', 'bytes', 128 * 1024 - 1, ({ durable }) => durable.largestPayload),
    of('approval to first cloud call', 's', 0.3, ({ durable }) => durable.firstCall),
    of('offboard status, waiting', 's', 0.5, ({ durable }) => durable.statusWaiting),
    of('offboard status, ended', 's', 0.5, ({ durable }) => durable.status),
    of('offboard --help', 's', 0.25, ({ durable }) => durable.help),
  ];
}

/** Pure: a table for a person. A goal that was missed is told as missed. */
export function tableOf(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, unit, median, least, most, goal, met }) => {
    const spread = least === most ? '' : ` (${least} to ${most})`;
    const verdict = goal === null ? '' : met ? `met (at most ${goal})` : `MISSED (at most ${goal})`;
    return `${name.padEnd(42)} ${`${median} ${unit}${spread}`.padEnd(34)} ${verdict}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

const shareOf = (part: number, rest: number) => (part + rest === 0 ? 0 : part / (part + rest));

function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
}

/** Three figures that count. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
