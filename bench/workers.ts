import { figure, type Figure } from './figures.ts';
import type { DurableRun } from './durable.ts';

/** One round: the same estate by one worker, then by several, each call to a cloud taking 50 to 150 ms. */
export interface WorkersRound {
  one: DurableRun;
  several: DurableRun;
}

const GOAL = 0.6;

/** Pure: what several workers take of the time of one (bench/README.md). */
export function workersFigures(rounds: readonly WorkersRound[], workers: number, cores: number): Figure[] {
  const ratio = (name: string, goal: number | null, of: (run: DurableRun) => number) =>
    figure(
      name,
      'ratio',
      goal,
      rounds.map(({ one, several }) => of(several) / of(one)),
    );
  const told = (name: string, unit: string, of: (run: DurableRun) => number): Figure[] => [
    figure(
      `${name}, one worker`,
      unit,
      null,
      rounds.map(({ one }) => of(one)),
    ),
    figure(
      `${name}, ${workers} workers`,
      unit,
      null,
      rounds.map(({ several }) => of(several)),
    ),
  ];
  const stage = (name: string) => (run: DurableRun) => run.stages[name] ?? 0;
  const cpu = ({ worker, server, sandbox }: DurableRun) => worker.cpu + server.cpu + sandbox.cpu;
  return [
    ratio(`${workers} workers ÷ one`, GOAL, (run) => run.seconds),
    ratio(`${workers} workers ÷ one, discover`, null, stage('discover')),
    ratio(`${workers} workers ÷ one, phase 1`, null, stage('permissions')),
    ...told('whole run', 's', (run) => run.seconds),
    ...told('discover', 's', stage('discover')),
    ...told('phase 1', 's', stage('permissions')),
    ...told('calls', 'calls', (run) => run.calls),
    ...told('CPU of the workers', 's', (run) => run.worker.cpu),
    ...told("the machine's busy share", 'share', (run) => cpu(run) / run.seconds / cores),
  ];
}
