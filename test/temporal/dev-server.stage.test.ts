import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect as openSocket, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startDevServer, type DevServerOptions } from '../../temporal/dev-server.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.ts';
import { suite } from '../harness/suite.ts';

function options(folder = mkdtempSync(join(tmpdir(), 'offboard-dev-server-'))): DevServerOptions {
  return {
    binary: suite('temporalBinary'),
    databaseFile: join(folder, 'temporal.db'),
    searchAttributes: SEARCH_ATTRIBUTES,
    logFile: join(folder, 'temporal.log'),
  };
}

function answers(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((done) => {
    const socket = openSocket({ host: host ?? '', port: Number(port) });
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

test('it keeps runs, search attributes and ninety days of retention over a restart, and frees its port', async () => {
  const settings = options();
  const first = await startDevServer(settings);
  const before = await Connection.connect({ address: first.address });
  await new Client({ connection: before }).workflow.start('nobody', { taskQueue: 'none', workflowId: 'kept' });
  await before.close();
  await first.stop();
  expect(await answers(first.address)).toBe(false);

  const second = await startDevServer(settings);
  try {
    const connection = await Connection.connect({ address: second.address });
    const run = await new Client({ connection }).workflow.getHandle('kept').describe();
    expect(run.status.name).toBe('RUNNING');
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3600);
    const attributes = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(attributes.customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    await connection.close();
    expect((await fetch(second.uiUrl)).status).toBe(200);
  } finally {
    await second.stop();
  }
});

test('it ends when the process that started it is killed', async () => {
  const script = `
    import { startDevServer } from ${JSON.stringify(join(process.cwd(), 'temporal/dev-server.ts'))};
    const server = await startDevServer(${JSON.stringify(options())});
    console.log(server.address);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  const address = line.toString().trim();
  expect(await answers(address)).toBe(true);
  starter.kill('SIGKILL');
  for (let tries = 0; tries < 50 && (await answers(address)); tries += 1) await pause(100);
  expect(await answers(address)).toBe(false);
});

test('a server that does not come up is reported with the end of its log', async () => {
  const asked = startDevServer({ ...options(), binary: process.execPath });
  await expect(asked).rejects.toMatchObject({ code: 'NoServer', message: expect.stringMatching(/temporal\.log ends with: .+/) as string });
});

test("another server's port is refused, so that its answer is never taken for ours", async () => {
  const taken = Number(suite('temporalAddress').split(':')[1]);
  const asked = startDevServer({ ...options(), port: taken });
  await expect(asked).rejects.toMatchObject({ code: 'NoServer', message: expect.stringContaining(`port ${taken}`) as string });
});

test('server and UI never get the same port: one is held while the other is looked for', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  const asked = startDevServer({ ...options(), port, uiPort: port });
  await expect(asked).rejects.toMatchObject({ code: 'NoServer', message: expect.stringContaining(`port ${port}`) as string });
});
