import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from '../harness/stage.ts';
import { suite } from '../harness/suite.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

/** The suite's Temporal server at another port, open from when this is called. */
async function forwarding(port: number): Promise<Server> {
  const [host = '', to = ''] = suite('temporalAddress').split(':');
  const server = createServer((near) => {
    const far = connect(Number(to), host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A worker whose Temporal is not there yet, once it has said so, and what it says. */
async function waitingWorker() {
  const policy = join(stage.folder, 'policy.yaml');
  writeFileSync(policy, 'identity: asserted\napprovers: [riley]\n');
  const port = await freePort();
  const healthPort = await freePort();
  const env = {
    ...process.env,
    ...stage.env,
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    OFFBOARD_POLICY: policy,
    OFFBOARD_HEALTH_PORT: String(healthPort),
  };
  const worker = spawn(process.execPath, ['worker/main.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  await new Promise<void>((done) => {
    createInterface(worker.stderr).on('line', (line) => {
      said.push(line);
      if (line.includes('"waits: no Temporal server answers')) done();
    });
  });
  const health = async (path: string) => (await fetch(`http://127.0.0.1:${healthPort}${path}`)).status;
  return { worker, port, said, health };
}

test('a worker whose Temporal is not there yet says so in JSON lines, waits, and is ready when it comes', async () => {
  const { worker, port, said, health } = await waitingWorker();
  expect(worker.exitCode).toBeNull();
  expect([await health('/healthz'), await health('/readyz')]).toEqual([200, 503]);
  const server = await forwarding(port);
  const [ready] = (await once(createInterface(worker.stdout), 'line')) as [string];
  expect(JSON.parse(ready)).toEqual({ ready: true });
  await expect.poll(() => health('/readyz')).toBe(200);
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  for (const line of said) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) as string });
  server.close();
});

test('a worker that waits ends when it is told to', async () => {
  const { worker } = await waitingWorker();
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  expect(worker.exitCode).toBe(0);
});
