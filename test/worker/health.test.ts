import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { serveHealth, type Health } from '../../worker/health.ts';

let health: Health | undefined;
afterEach(async () => {
  await health?.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function serving() {
  const port = await freePort();
  health = await serveHealth({ OFFBOARD_HEALTH_PORT: String(port) });
  return async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return [answer.status, await answer.json()];
  };
}

test('a worker that starts lives, and is not ready; it is ready once all it needs is there', async () => {
  const ask = await serving();
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toMatchObject([503, { missing: { worker: expect.stringContaining('it starts') as string } }]);
  health?.needs({ worker: () => undefined, records: () => Promise.resolve() });
  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
});

test('what is missing is named with its reason, also what never answers; the worker lives all the same', async () => {
  const ask = await serving();
  health?.needs({
    worker: () => undefined,
    records: () => {
      throw new Error('the disk is full');
    },
    temporal: () => new Promise(() => undefined),
  });
  expect(await ask('/readyz')).toEqual([
    503,
    { status: 'not ready', missing: { records: 'the disk is full', temporal: 'it does not answer' } },
  ]);
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
});

test('there is nothing else, and nothing at all without the setting', async () => {
  const ask = await serving();
  expect(await ask('/')).toMatchObject([404, {}]);
  await (await serveHealth({})).stop();
});

test('a port that is none, or is taken, is refused by the setting’s name', async () => {
  for (const wrong of ['0', '70000', 'http', '80.5', '-1'])
    await expect(serveHealth({ OFFBOARD_HEALTH_PORT: wrong })).rejects.toMatchObject({
      code: 'InvalidValue',
      message: expect.stringMatching(/^OFFBOARD_HEALTH_PORT is .*; write a port/) as string,
    });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(serveHealth({ OFFBOARD_HEALTH_PORT: String(port) })).rejects.toThrow(/nothing can listen on port \d+ .*; name another/);
  other.close();
});
