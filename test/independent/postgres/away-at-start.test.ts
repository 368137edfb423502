import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suite } from '../../harness/suite.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { Cluster } from '../../../scripts/postgres/cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-away-'));
let cluster: Cluster;
let worker: ChildProcess | undefined;
let url: string;
beforeAll(async () => {
  cluster = await Cluster.start();
  url = await cluster.database('records');
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await cluster.remove();
  rmSync(folder, { recursive: true });
});

test('a worker whose PostgreSQL is away when it starts says so, waits, and is ready when it comes', async () => {
  await cluster.down({ crash: true });
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, 'identity: asserted\napprovers: [riley]\n');
  const healthPort = await freePort();
  const env = {
    PATH: process.env['PATH'],
    TEMPORAL_ADDRESS: suite('temporalAddress'),
    OFFBOARD_TASK_QUEUE: 'away-at-start',
    OFFBOARD_HOME: join(folder, 'home'),
    OFFBOARD_POLICY: policy,
    OFFBOARD_RECORDS: url,
    OFFBOARD_HEALTH_PORT: String(healthPort),
  };
  const started = spawn(process.execPath, ['worker/main.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  worker = started;
  const said: string[] = [];
  const lines = createInterface(started.stderr).on('line', (line) => said.push(line));
  const waits = () => said.filter((line) => line.includes('"waits: '));
  while (waits().length < 2)
    await Promise.race([once(lines, 'line'), once(started, 'exit').then(() => expect.unreachable(said.join('\n')))]);
  const health = async (path: string) => (await fetch(`http://127.0.0.1:${healthPort}${path}`)).status;
  expect([await health('/healthz'), await health('/readyz')]).toEqual([200, 503]);
  const [ready] = await Promise.all([once(createInterface(started.stdout), 'line'), cluster.up()]);
  expect(JSON.parse(String(ready[0]))).toEqual({ ready: true });
  await expect.poll(() => health('/readyz')).toBe(200);
  expect(waits()[0]).toMatch(/127\.0\.0\.1:\d+/);
  for (const line of said) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) as string });
  started.kill('SIGTERM');
  await once(started, 'exit');
  expect(started.exitCode).toBe(0);
});
