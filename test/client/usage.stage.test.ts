import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../client/commands/index.ts';
import { main } from '../../client/cli.ts';
import { GATES } from '../../model/names.ts';
import type { CliResult } from '../harness/stage.ts';
import { expectRefused } from './on-stage.ts';

/** No server is named: whatever gets past the reading of its arguments ends with NoServer instead. */
async function typed(...args: string[]): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  result.code = await main(args, {
    out: (text) => void (result.out += `${text}\n`),
    err: (text) => void (result.err += text),
    env: {},
    stdin: Readable.from(['']),
    interactive: false,
    program: 'offboard',
  });
  return result;
}

test('an unknown command is refused, and told where the commands stand', async () => {
  expectRefused(await typed('aprove', 'RUN'), 'Usage', 'aprove is not a command', 'offboard help');
});

test('no command at all shows the commands and is no success', async () => {
  const { code, out } = await typed();
  expect(code).toBe(2);
  expect(out).toContain('offboard COMMAND --help');
});

test.each(COMMANDS)('$name refuses an option it does not know, and shows how it is written', async ({ name, positionals }) => {
  const line = ['offboard', name, ...positionals.map((p) => p.replace(/\|.*/, ''))].join(' ');
  expectRefused(await typed(name, ...positionals, '--force'), 'Usage', "Unknown option '--force'", `\n  ${line}`);
});

test.each(COMMANDS.filter((c) => c.positionals.length > 0))('$name names the argument that is missing', async ({ name, positionals }) => {
  const [first] = positionals;
  expectRefused(await typed(name), 'Usage', `${String(first)} is missing`, `\n  offboard ${name}`);
});

test.each(COMMANDS.filter((c) => c.positionals.length > 0))('$name refuses an argument that is empty or endless', async (command) => {
  const { name, positionals, options } = command;
  const needed = Object.entries(options).flatMap(([option, { needed: must }]) => (must ? [`--${option}`, 'x'] : []));
  const rest = positionals.slice(1);
  for (const first of ['', ' \t'])
    expectRefused(await typed(name, first, ...rest, ...needed), 'Usage', `${String(positionals[0])} is empty`, `\n  offboard ${name} `);
  expectRefused(await typed(name, 'x'.repeat(5_000), ...rest, ...needed), 'Usage', `${String(positionals[0])} is longer than`);
});

test('what is written for an argument that is missing is no command that is refused for another one', async () => {
  expectRefused(await typed('evidence'), 'Usage', 'offboard evidence verify FOLDER');
  expectRefused(await typed('records'), 'Usage', 'offboard records accept RUN');
});

test.each([
  ['plan', ['RUN']],
  ['own-access', ['RUN']],
  ['inventory', ['discovery-x']],
])('%s is told one way to print, not two', async (name, args) => {
  const other = name === 'inventory' ? 'csv' : 'sh';
  expectRefused(await typed(name, ...args, '--format', other, '--json'), 'Usage', `--json: contradicts --format ${other}`);
  const { code } = await typed(name, ...args, '--format', 'json', '--json');
  expect(code).not.toBe(2);
});

test.each(['1e2', '0x10', ' 8080', '-1', 'NaN', '65536', '1.5'])('codec-server takes no %s for a port', async (port) => {
  expectRefused(await typed('codec-server', '--ui', 'http://127.0.0.1:8080', `--port=${port}`), 'Usage', '--port: is no port');
});

test('what a stream answers to a write is no exit code', async () => {
  const io = { err: () => undefined, env: {}, stdin: Readable.from(['']), interactive: false, program: 'offboard' };
  const home = mkdtempSync(join(tmpdir(), 'offboard-usage-'));
  mkdirSync(join(home, 'worker'));
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(home, 'worker', 'signing.pem'), privateKey, { mode: 0o600 });
  const lines: string[] = [];
  const out = (text: string) => lines.push(text) > 0;
  expect(await main(['evidence', 'key'], { ...io, env: { OFFBOARD_HOME: home }, out })).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^ssh-ed25519 /)]);
});

test.each([
  ['at the end', ['--by']],
  ['before another option', ['--by', '--json']],
])('an option without its value %s is refused by its name', async (_, options) => {
  expectRefused(await typed('pause', 'RUN', ...options), 'Usage', "Option '--by' needs a value", '\n  offboard pause RUN');
});

test('an option with an empty value is refused by its name', async () => {
  const options = ['--gate', 'plan', '--plan-hash', 'x', '--by', 'riley', '--reason', ''];
  expectRefused(await typed('approve', 'RUN', ...options), 'Usage', '--reason is empty', 'give it a value');
});

test('an option that is said twice is refused by its name: which of both is meant nobody knows', async () => {
  const options = ['--reason', 'read it', '--reason', 'read it again'];
  expectRefused(await typed('amend', 'RUN', '--by', 'riley', ...options), 'Usage', '--reason is said twice', 'say it once');
  const overrides = ['--override', 'aws-role:a=seen with its owner', '--override', 'aws-role:b=seen with its owner'];
  expectRefused(await typed('amend', 'RUN', '--by', 'riley', '--reason', 'x', ...overrides), 'NoServer');
});

test('a needed option that is missing is named', async () => {
  expectRefused(await typed('approve', 'RUN', '--gate', 'plan'), 'Usage', '--plan-hash is missing');
});

test('a gate that there is none of is refused with those there are', async () => {
  const options = ['--gate', 'phase1', '--plan-hash', 'x', '--by', 'riley', '--reason', 'read it'];
  expectRefused(await typed('approve', 'RUN', ...options), 'Usage', '--gate: phase1', `write ${GATES.join(' or ')}`);
});

test('who types must be told, by --by or by OFFBOARD_USER', async () => {
  expectRefused(await typed('pause', 'RUN'), 'Usage', '--by is missing', 'OFFBOARD_USER');
});

test.each([
  ['as an argument', ['123456']],
  ['as an option', ['--otp', '123456']],
  ['as an option with =', ['--otp=123456']],
])('a one-time password given %s is refused and never repeated', async (_, argument) => {
  const result = await typed('otp', 'RUN', 'collector-aws', ...argument, '--by', 'dana', '--json');
  expectRefused(result, 'Usage', 'offboard otp RUN COLLECTOR');
  expect(result.out + result.err).not.toContain('123456');
});

test('a surplus argument of otp is told why a code is never one', async () => {
  expectRefused(await typed('otp', 'RUN', 'collector-aws', '123456'), 'Usage', 'read from standard input, never an argument');
});

test('evidence knows only how to verify', async () => {
  expectRefused(await typed('evidence', 'delete', 'x'), 'Usage', 'delete', '\n  offboard evidence verify FOLDER');
});

test('a usage error with --json is JSON, too, and what may be typed next is data in it', async () => {
  const { code, out } = await typed('list', '--all', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({ error: 'Usage', message: "Unknown option '--all'", next: [{ command: 'list', args: [] }] });
});

test('help lists every command with a sentence', async () => {
  const { code, out } = await typed('help');
  expect(code).toBe(0);
  await expect(out).toMatchFileSnapshot('help.txt');
});

test.each(COMMANDS)('$name --help shows each of its options without needing its arguments', async ({ name, options }) => {
  const { code, out } = await typed(name, '--help');
  expect(code).toBe(0);
  for (const [option, { help }] of Object.entries(options))
    expect(out).toMatch(new RegExp(`--${option}.*${help.slice(0, 10).replace(/[()]/g, '.')}`));
});
