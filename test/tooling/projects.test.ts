import { execFile, execFileSync, fork, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { suite } from '../harness/suite.ts';

test.each([
  ['spawn', () => spawn('true')],
  ['fork', () => fork('none.ts')],
  ['execFileSync', () => execFileSync('true')],
  ['execFile', () => promisify(execFile)('true')],
])('a unit test that starts a process by %s fails, and is told the name of a test that may', async (name, start) => {
  await expect(async () => start()).rejects.toThrow(`${name}: a unit test starts no process; name its file *.stage.test.ts`);
});

test('a unit test that asks for the suite’s Temporal server fails the same way', () => {
  expect(() => suite('temporalAddress')).toThrow('temporalAddress: a unit test has no server; name its file *.stage.test.ts');
});
