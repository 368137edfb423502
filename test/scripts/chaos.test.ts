import { expect, test } from 'vitest';
import type { JournalRecord } from '../../model/ledger.ts';
import { goesOn, STEP } from '../../scripts/chaos/at-work.ts';
import { collectorKey, decisionFaults, gateKey, waiverKey } from '../../scripts/chaos/decisions.ts';
import { chaosOptions } from '../../scripts/chaos/options.ts';
import { Tally } from '../../scripts/chaos/tally.ts';

test('what is asked for', () => {
  expect(chaosOptions(['--kills', '200', '--faults', '0.1', '--seed', '3', '--workers', '2', '--postgres', '--json'])).toMatchObject({
    kills: 200,
    rate: 0.1,
    seed: 3,
    workers: 2,
    postgres: true,
    json: true,
  });
  expect(chaosOptions([])).toMatchObject({ workers: 1, postgres: false, away: 0, quotas: undefined, json: false });
  expect(chaosOptions(['--systems', '1000']).estate).toBe(1_000);
});

test.for([
  [['--kills', 'many'], '--kills: many is no whole number from 0 to 10000; give one'],
  [['--kills', '1.5'], '--kills: 1.5 is no whole number'],
  [['--faults', '2'], '--faults: 2 is no number from 0 to 1; give one, as 0.1 for every tenth call'],
  [['--faults', ''], '--faults:  is no number from 0 to 1'],
  [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
  [['--seed=-1'], '--seed: -1 is no whole number'],
  [['--workers', '0'], '--workers: 0 is no whole number from 1 to 8; give one'],
  [['--systems', '3'], '--systems: 3 is no whole number from 10 to 100000; give one'],
  [['--systems', '30', '--estate', 'x.yaml'], '--systems: makes another estate than --estate; give one of the two'],
  [['--away', '1h'], '--away: 1h is no whole number from 0 to 600; give one'],
  [['--quotas', 'none'], '--quotas: there are no quotas none; give published'],
  [['--postgress'], "Unknown option '--postgress'; chaos knows --kills N"],
] as const)('%j is refused by name', ([args, words]) => {
  expect(() => chaosOptions([...args])).toThrow(words);
});

test('a run is at work again when each activity that was in hand has ended or gave a sign of life since, and no step of its own waits', () => {
  const [dead, alive] = [new Set(['1', '2']), { id: '2', begun: true, seen: 11 }];
  expect(goesOn(dead, [{ id: '1', begun: true, seen: 9 }, alive], 10)).toBe(false);
  expect(goesOn(dead, [{ id: '1', begun: true, seen: 12 }, alive], 10)).toBe(true);
  expect(goesOn(dead, [{ id: '3', begun: false, seen: 0 }], 10)).toBe(true);
  expect(goesOn(dead, [{ id: STEP, begun: true, seen: 0 }], 10)).toBe(false);
});

test('kills that were taken count once they are done, and those given back are there for another', () => {
  const told: string[] = [];
  const tally = new Tally(2, (line) => told.push(line));
  expect([tally.take(), tally.take(), tally.take()]).toEqual([true, true, false]);
  tally.back();
  tally.done('worker');
  expect([tally.kills, tally.goesOn, tally.take(), tally.take()]).toEqual([1, true, true, false]);
  tally.done('CLI', ', 3 ms into its approve');
  expect([tally.by, tally.goesOn, told]).toEqual([
    { worker: 1, CLI: 1 },
    false,
    ['kill 1: the worker', 'kill 2: the CLI, 3 ms into its approve'],
  ]);
});

test('a decision that was taken and is not recorded is lost; one that is recorded again without having been asked for again is one too many', () => {
  const approval: JournalRecord = {
    type: 'decision',
    decision: { kind: 'approve', gate: 'plan', opening: 1, planHash: 'h', by: 'riley', reason: 'read it' },
  };
  const waiver: JournalRecord = {
    type: 'decision',
    decision: { kind: 'waive', items: { count: 1, hash: 'h' }, by: 'riley', reason: 'held' },
    items: ['role'],
  };
  const reopened: JournalRecord = { type: 'reopened', items: ['role'], why: 'it changed' };
  const deleted: JournalRecord = {
    type: 'outcome',
    phase: 'data-collection',
    outcome: { item: 'collector', outcome: 'removed', reason: 'Successfully deleted configuration' },
  };
  const said = [gateKey({ gate: 'plan', opening: 1 }), waiverKey('role'), collectorKey('collector')];
  expect(decisionFaults(said, [approval, waiver, reopened, waiver, deleted])).toEqual({ lost: [], twice: [] });
  expect(decisionFaults(said, [waiver, waiver])).toEqual({ lost: [said[0], said[2]], twice: [said[1]] });
  expect(decisionFaults([], [approval, approval])).toEqual({ lost: [], twice: [said[0]] });
});
