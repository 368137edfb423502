import { countCalls, countIam } from '../calls.ts';
import { figure, type Figure } from '../figures.ts';
import type { Round } from './measure.ts';
import type { Took } from './took.ts';

/** Pure: medians and spread of all rounds, with the goals (bench/README.md). */
export function motoFigures(rounds: readonly Round[], accounts: number): Figure[] {
  const of = (name: string, unit: string, goal: number | null, value: (round: Round) => number) =>
    figure(name, unit, goal, rounds.map(value));
  const told = (name: string, way: (round: Round) => Took | undefined): Figure[] => {
    const all = rounds.flatMap((r) => way(r) ?? []);
    if (all.length === 0) return [];
    return [
      figure(
        `${name}`,
        's',
        null,
        all.map((t) => t.seconds),
      ),
      figure(
        `${name}: CPU`,
        's',
        null,
        all.map((t) => t.clientCpu),
      ),
      figure(
        `${name}: CPU of moto`,
        's',
        null,
        all.map((t) => t.serverCpu),
      ),
      figure(
        `${name}: calls to IAM an account`,
        'calls',
        null,
        all.map((t) => countIam(t.calls) / accounts),
      ),
      figure(
        `${name}: most calls at once`,
        'calls',
        null,
        all.map((t) => t.most),
      ),
    ];
  };
  const custodian = rounds.flatMap(({ c7nOrg, ...round }) => (c7nOrg ? [{ ...round, c7nOrg }] : []));
  const besideCustodian = (name: string, goal: number | null, value: (round: (typeof custodian)[number]) => number): Figure[] =>
    custodian.length === 0 ? [] : [figure(name, 'ratio', goal, custodian.map(value))];
  return [
    of('phase 1 ÷ script with the same calls', 'ratio', 1.05, ({ phase1, same }) => phase1.seconds / same.seconds),
    of('the same, each ÷ the CPU it took of moto', 'ratio', 1.05, ({ phase1, same }) => perServer(phase1) / perServer(same)),
    of('phase 1 ÷ script that only writes', 'ratio', 2.2, ({ phase1, writes }) => phase1.seconds / writes.seconds),
    of('the same, in calls', 'ratio', null, ({ phase1, writes }) => countCalls(phase1.calls) / countIam(writes.calls)),
    of('calls to IAM of phase 1 an account', 'calls', 6, ({ phase1 }) => countIam(phase1.calls) / accounts),
    ...besideCustodian('phase 1 ÷ c7n-org', 0.12, ({ phase1, c7nOrg }) => phase1.seconds / c7nOrg.seconds),
    ...besideCustodian('CPU of phase 1 ÷ c7n-org', 0.12, ({ phase1, c7nOrg }) => phase1.clientCpu / c7nOrg.clientCpu),
    ...besideCustodian('discovery and phase 1 ÷ c7n-org', null, (r) => (r.discovery.seconds + r.phase1.seconds) / r.c7nOrg.seconds),
    ...told('phase 1', (r) => r.phase1),
    ...told('discovery', (r) => r.discovery),
    ...told('script with the same calls', (r) => r.same),
    ...told('script that only writes', (r) => r.writes),
    ...told('c7n-org', (r) => r.c7nOrg),
  ];
}

const perServer = ({ seconds, serverCpu }: Took) => seconds / serverCpu;
