import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import { defaultEstate } from '../harness/default-estate.ts';
import { APPROVER, STARTER } from '../harness/estate.ts';
import { TestSandbox } from '../harness/sandbox.ts';
import { suite } from '../harness/suite.ts';
import { installPackage } from '../../scripts/debian.ts';

/**
 * A worker in a network of its own, from which nothing leads to the clouds but a proxy (tinyproxy, of Debian's): the only other machine there has Temporal and the
 * proxy, no way on, and the clouds are on that machine's own loopback. It takes the rights of root.
 */

const folder = mkdtempSync(join(tmpdir(), 'offboard-egress-'));
const sandbox = new TestSandbox('0');
const name = `egress${randomInt(1_000_000)}`;
const network = `10.213.${randomInt(256)}`;
const [GATEWAY, INSIDE] = [`${network}.1`, `${network}.2`];
const PROXY_PORT = 8_888;
const proxyLog = join(folder, 'proxy.log');
const processes: ChildProcess[] = [];
let temporal: Server;
let session: Session;
let env: NodeJS.ProcessEnv;

const root = (...command: string[]) => {
  const [first = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  const { status, stderr } = spawnSync(first, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
};

beforeAll(async () => {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  await installPackage('tinyproxy', 'tinyproxy', () => spawnSync('tinyproxy', ['-v']).status === 0, say);
  await installPackage('iproute2', 'ip', () => spawnSync('ip', ['-V']).status === 0, say);
  root('ip', 'netns', 'add', name);
  root('ip', 'link', 'add', `${name.slice(0, 13)}a`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  root('ip', 'address', 'add', `${GATEWAY}/30`, 'dev', `${name.slice(0, 13)}a`);
  root('ip', 'link', 'set', `${name.slice(0, 13)}a`, 'up');
  root('ip', '-n', name, 'address', 'add', `${INSIDE}/30`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) root('ip', '-n', name, 'link', 'set', device, 'up');
  await sandbox.open(defaultEstate());
  const [, port = ''] = suite('temporalAddress').split(':');
  temporal = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on('error', () => [near, far].forEach((one) => one.destroy()));
  });
  await once(temporal.listen(0, GATEWAY), 'listening');
  const configuration = join(folder, 'tinyproxy.conf');
  writeFileSync(
    configuration,
    `Port ${PROXY_PORT}\nListen ${GATEWAY}\nAllow ${INSIDE}\nTimeout 600\nMaxClients 200\nLogLevel Connect\nLogFile "${proxyLog}"\n`,
  );
  processes.push(spawn('tinyproxy', ['-d', '-c', configuration], { stdio: 'ignore' }));
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, stringify({ identity: 'asserted', approvers: [STARTER, APPROVER] }));
  env = {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: suite('temporalAddress'),
    OFFBOARD_TASK_QUEUE: name,
    OFFBOARD_HOME: join(folder, 'home'),
    OFFBOARD_POLICY: policy,
    OFFBOARD_EVIDENCE_DIR: join(folder, 'evidence'),
  };
});
afterEach(async () => await end(processes.pop()));
afterAll(async () => {
  await session.close();
  while (processes.length > 0) await end(processes.pop());
  temporal.close();
  root('ip', 'netns', 'delete', name);
  sandbox.close();
  rmSync(folder, { recursive: true });
});

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** A worker in that network, once it is ready. */
async function worker(more: Record<string, string>): Promise<void> {
  const own: NodeJS.ProcessEnv = { ...process.env, ...env, TEMPORAL_ADDRESS: `${GATEWAY}:${(temporal.address() as AddressInfo).port}` };
  for (const proxy of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) delete own[proxy];
  const command = ['netns', 'exec', name, process.execPath, 'worker/main.ts'];
  const log = openSync(join(folder, 'worker.log'), 'a');
  const child = spawn('ip', command, { env: { ...own, ...more }, stdio: ['ignore', 'pipe', log] });
  processes.push(child);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(readFileSync(join(folder, 'worker.log'), 'utf8').slice(-2_000)))),
  ]);
  session ??= await openSession(env);
}

const manifestFile = () => {
  const file = join(folder, 'manifest.yaml');
  writeFileSync(file, stringify(defaultEstate().manifest));
  return file;
};

/** What the proxy was asked for. */
const asked = () => [...readFileSync(proxyLog, 'utf8').matchAll(/Request \(file descriptor \d+\): (\S+ \S+)/g)].map((m) => m[1]);

test('without a proxy in its environment a worker whose network has no other way out reaches no cloud', async () => {
  await worker({});
  const before = await sandbox.client.calls();
  const { handle } = await startRun(session, readRawManifest(manifestFile()), STARTER, { dryRun: false });
  const failures = async () => {
    const { raw } = await handle.describe();
    return (raw.pendingActivities ?? []).flatMap((a) => a.lastFailure?.message ?? []).join('; ');
  };
  await expect.poll(failures, { timeout: 120_000, interval: 500 }).not.toBe('');
  expect(await sandbox.client.calls()).toEqual(before);
  await handle.terminate('seen');
});

test('with one a whole run goes through it, and nothing past it', async () => {
  const proxy = `http://${GATEWAY}:${PROXY_PORT}`;
  await worker({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
  const { handle } = await startRun(session, readRawManifest(manifestFile()), STARTER, { dryRun: false });
  const told: string[] = [];
  const people = playedPeople(session, APPROVER, sandbox.client, (line) => told.push(line));
  const result = await attend(handle, people, (line) => told.push(line));

  expect(result.status).toBe('completed');
  const { ours, untouched } = await sandbox.client.report();
  // A lock holds one, in this estate: its owner has to act.
  expect([ours.left.length, untouched.changed]).toEqual([1, []]);
  expect(new Set(asked())).toEqual(new Set([`CONNECT ${new URL(sandbox.client.origin).host}`]));
  const services = Object.keys(await sandbox.client.calls());
  expect(services).toEqual(expect.arrayContaining(['iam', 'sts', 'arm', 'graph', 'gcp-iam', 'gcp-crm']));
});
