import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../client/commands/index.ts';
import { main } from '../../client/cli.ts';
import { EXIT_CODES } from '../../model/errors.ts';
import type { CliResult } from '../harness/stage.ts';
import { expectRefused } from './on-stage.ts';
import { suite } from '../harness/suite.ts';

/** Somebody who forgot OFFBOARD_HOME, in a home of his own where nothing of ours is. */
const home = mkdtempSync(join(tmpdir(), 'offboard-nobody-'));
vi.stubEnv('HOME', home);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

async function typed(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  result.code = await main(args, {
    out: (text) => void (result.out += `${text}\n`),
    err: (text) => void (result.err += text),
    env: { TEMPORAL_ADDRESS: suite('temporalAddress'), ...env },
    stdin: Readable.from(['123456\n']),
    interactive: false,
    program: 'offboard',
  });
  return result;
}

/** What each command needs besides its arguments; the verbs left out here read no keys, or bring their own. */
const WORDS: Record<string, string[]> = {
  approve: ['--gate', 'plan', '--plan-hash', 'x', '--reason', 'read it', '--by', 'riley'],
  reject: ['--gate', 'plan', '--plan-hash', 'x', '--reason', 'read it', '--by', 'riley'],
  confirm: ['--statement', 'gone', '--by', 'riley'],
  waive: ['--reason', 'stays', '--by', 'riley'],
  retry: ['--reason', 'again', '--by', 'riley'],
  amend: ['--reason', 'again', '--by', 'riley'],
  lift: ['--reason', 'needed', '--by', 'riley'],
  sign: ['RUN', '--by', 'riley'],
  ready: ['--by', 'dana'],
  otp: ['--by', 'dana'],
  'resend-otp': ['--by', 'dana'],
  pause: ['--by', 'riley'],
  resume: ['--by', 'riley'],
  cancel: ['--by', 'riley'],
  'codec-server': ['--ui', 'http://127.0.0.1:8080'],
  records: ['RUN', '--by', 'riley', '--reason', 'gone'],
  discover: ['--tenant', '11111111-2222-3333-4444-555555555555', '--out', join(home, 'found')],
};
const READERS = COMMANDS.filter((c) => !['start', 'evidence', 'demo', 'inventory', 'doctor'].includes(c.name));

test.each(READERS)('$name without the worker’s keys is refused, and makes none', async ({ name, positionals }) => {
  const result = await typed({}, name, ...positionals.map((p) => p.replace(/\|.*/, '')), ...(WORDS[name] ?? []));
  expectRefused(result, 'NoKeys', join(home, '.offboard', 'keys.json'), 'OFFBOARD_HOME is not set', 'set OFFBOARD_HOME', 'OFFBOARD_KEYS');
  expect(readdirSync(home)).toEqual([]);
});

test('doctor tells that the worker’s keys are not there, among all else, and makes none', async () => {
  const { code, out } = await typed({}, 'doctor');
  expect(code).toBe(EXIT_CODES.NotReady);
  for (const word of [join(home, '.offboard', 'keys.json'), 'set OFFBOARD_HOME']) expect(out).toContain(word);
  expect(readdirSync(home)).toEqual([]);
});

test('an OFFBOARD_HOME that is not the worker’s is refused by its name, and stays empty', async () => {
  const elsewhere = join(home, 'elsewhere');
  expectRefused(await typed({ OFFBOARD_HOME: elsewhere }, 'list'), 'NoKeys', join(elsewhere, 'keys.json'), 'set OFFBOARD_HOME');
  expect(existsSync(elsewhere)).toBe(false);
});

test('with keys from the environment the records are looked for where they lie, and not made', async () => {
  const keys = JSON.stringify({ current: 'a', keys: { a: Buffer.alloc(32).toString('base64') } });
  const result = await typed({ OFFBOARD_KEYS: keys }, 'records', 'report', 'offboarding-none');
  expectRefused(result, 'NoRecords', join(home, '.offboard', 'records.sqlite'), 'set OFFBOARD_HOME');
  expect(readdirSync(home)).toEqual([]);
});
