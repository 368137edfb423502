import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Chaos } from '../../scripts/chaos/main.ts';

test('a run whose two workers, server, records and commands are killed again and again, on clouds that answer one call in ten badly, ends as a calm one', () => {
  const args = ['scripts/chaos/main.ts', '--kills', '6', '--faults', '0.1', '--seed', '70', '--workers', '2', '--postgres', '--json'];
  // Of the faults some are answers that never end: each takes as long as it may.
  const env = { ...process.env, OFFBOARD_ANSWER_WITHIN: '2' };
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 400_000 });
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Chaos;
  const { kills, leftovers, touchedOthers, falseVerdicts, lostDecisions, decidedTwice, evidenceValid } = told;
  const decisions = { lostDecisions, decidedTwice };
  expect({
    kills,
    leftovers,
    touchedOthers,
    falseVerdicts,
    ...decisions,
    evidenceValid,
    all: told.completed === told.runs,
    stderr,
  }).toEqual({
    kills: 6,
    leftovers: 0,
    touchedOthers: 0,
    falseVerdicts: 0,
    lostDecisions: 0,
    decidedTwice: 0,
    evidenceValid: true,
    all: true,
    stderr,
  });
}, 420_000);
