import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { main } from '../../client/cli.ts';
import type { CliResult } from '../harness/stage.ts';
import { expectRefused } from './on-stage.ts';

const home = mkdtempSync(join(tmpdir(), 'offboard-codec-'));
const KEY = Buffer.alloc(32, 3).toString('base64');
writeFileSync(join(home, 'keys.json'), JSON.stringify({ current: 'a', keys: { a: KEY } }));
afterAll(() => rmSync(home, { recursive: true }));
const UI = 'http://127.0.0.1:8080';
const ENV = { OFFBOARD_HOME: home };

/** The server as it is typed, ready; ended when the test is over. */
async function serving(env: NodeJS.ProcessEnv = {}): Promise<{ url: string; said: () => string; stop(): Promise<unknown> }> {
  const args = ['client/main.ts', 'codec-server', '--ui', UI, '--namespace', 'prod', '--json'];
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const stop = async () => {
    child.kill('SIGTERM');
    return ((await ended) as [number])[0];
  };
  return { url: (JSON.parse(line) as { url: string }).url, said: () => said, stop };
}

async function post(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: 'e30=' }] });
  return await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-namespace': 'prod', origin: UI, ...headers },
  });
}

test('it serves behind a path that nobody guesses, tells what it refuses, and ends when it is told to', async () => {
  const { url, said, stop } = await serving();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
  expect((await post(`${url}/encode`)).status).toBe(200);
  expect((await post(`${new URL(url).origin}/encode`)).status).toBe(401);
  expect((await post(`${url}/encode`, { 'x-namespace': 'test' })).status).toBe(403);
  await expect.poll(said).toMatch(/refused \(401\): .*\n.*refused \(403\): X-Namespace/s);
  expect(said()).not.toContain(KEY);
  expect(await stop()).toBe(0);
});

test('the secret may be one that the UI was told before', async () => {
  const OFFBOARD_CODEC_SECRET = 'f'.repeat(32);
  const { url } = await serving({ OFFBOARD_CODEC_SECRET });
  expect(new URL(url).pathname).toBe(`/${OFFBOARD_CODEC_SECRET}`);
});

async function typed(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  result.code = await main(['codec-server', ...args], {
    out: (text) => void (result.out += text),
    err: (text) => void (result.err += text),
    env: { ...ENV, ...env },
    stdin: Readable.from([]),
    interactive: false,
    program: 'offboard',
  });
  return result;
}

test.each<[string, string[], string[]]>([
  ['what is no page', ['--ui', 'ui'], ['--ui', 'http://127.0.0.1:8080']],
  ['what is no port', ['--ui', UI, '--port', 'x'], ['--port', '65535']],
  ['half of a certificate', ['--ui', UI, '--tls-cert', 'x'], ['--tls-cert and --tls-key']],
  ['a name for plain http', ['--ui', UI, '--name', 'codec.example:443'], ['--name', '--tls-cert']],
  [
    'a certificate for what is published on loopback alone',
    ['--ui', UI, '--container', '--tls-cert', 'x', '--tls-key', 'x'],
    ['--container'],
  ],
  ['half of what Entra ID needs', ['--ui', UI, '--entra-tenant', 'x'], ['--entra-audience']],
])('%s is refused, naming the option', async (_, args, words) => {
  expectRefused(await typed({}, ...args), 'Usage', ...words);
});

test('beyond this machine TLS is not enough: somebody must say who asks', async () => {
  const pem = join(home, 'pem');
  writeFileSync(pem, '');
  const args = ['--ui', UI, '--tls-cert', pem, '--tls-key', pem, '--name', 'codec.example:443'];
  expectRefused(await typed({}, ...args), 'Usage', '--entra-tenant');
});

test('a secret that is short is refused, and not repeated', async () => {
  const result = await typed({ OFFBOARD_CODEC_SECRET: 'guess-me' }, '--ui', UI);
  expectRefused(result, 'InvalidValue', 'OFFBOARD_CODEC_SECRET', 'openssl rand');
  expect(result.err).not.toContain('guess-me');
});
