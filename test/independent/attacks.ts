import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

interface Last {
  attacks: number;
  held: number;
  broken: string[];
  asserted: string[];
  changed: number;
}

/** What `npm run attacks` told in one mode, a line each. */
function told(mode: string, ...args: string[]): object[] {
  const command = ['scripts/attacks/main.ts', '--json', '--mode', mode, ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 580_000 });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  // The last one sums up: without it they were not tried to their end.
  if (!('attacks' in (lines.at(-1) ?? {})))
    throw new Error(`the attacks under ${mode} ended after ${lines.length} lines: ${stderr.slice(-2_000)}`);
  return lines;
}

export const lastOf = (mode: string): Last => told(mode).at(-1) as Last;

/** `least`: how many there are at the least. */
export function allHold(mode: string, least: number): void {
  const last = lastOf(mode);
  expect(last).toMatchObject({ broken: [], changed: 0, held: last.attacks });
  expect(last.attacks).toBeGreaterThanOrEqual(least);
}

export function succeedWithoutFourEyes(mode: string): void {
  const lines = told(mode, '--without', 'fourEyes');
  const approve = { name: 'approve by whoever started the run', without: ['fourEyes'], got: 'taken', held: false };
  expect(lines).toContainEqual({ ...approve, mode });
  expect(lines.at(-1)).toMatchObject({ attacks: 2, real: 2, notReal: [] });
}
