import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf, imagesIn, pinFiles, pinned } from '../../scripts/pin-images.ts';

const COMPOSE =
  'services:\n  db:\n    image: postgres:16.9-bookworm\n  ui:\n    image: temporalio/ui:2.49.1 # as it is\n  own:\n    image: mepm-offboard:local\n';
const DOCKERFILE = 'FROM node:24.21.0-bookworm-slim AS dependencies\nCOPY --from=dependencies a b\nFROM node:24.21.0-bookworm-slim\n';
const MANIFESTS = new Map(
  ['library/postgres/16.9-bookworm', 'temporalio/ui/2.49.1', 'library/node/24.21.0-bookworm-slim'].map((p) => [
    p,
    JSON.stringify({ of: p }),
  ]),
);
const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A registry's two calls: a manifest for whoever has the token, and the token. */
let server: Server;
let registry = '';
let lies = false;
beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    if (url.startsWith('/token')) return void response.end(JSON.stringify({ token: new URL(url, registry).searchParams.get('scope') }));
    const [, path = '', tag = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? [];
    const scope = `repository:${path}:pull`;
    if (headers.authorization !== `Bearer ${scope}`)
      return void response.writeHead(401, { 'www-authenticate': `Bearer realm="${registry}/token",service="here",scope="${scope}"` }).end();
    const manifest = MANIFESTS.get(`${path}/${tag}`);
    if (manifest === undefined || !headers.accept?.includes('image.index')) return void response.writeHead(404).end();
    response.setHeader('docker-content-digest', lies ? sha('another') : sha(manifest));
    response.end(manifest);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

function written(): { files: string[]; read: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-pin-'));
  const files = ['docker-compose.yml', 'Dockerfile'].map((name) => join(folder, name));
  for (const [n, text] of [COMPOSE, DOCKERFILE].entries()) writeFileSync(files[n] ?? '', text);
  return { files, read: () => files.map((file) => readFileSync(file, 'utf8')) };
}

test('each image stands with what its tag stands for, but for the one that is built here', async () => {
  const { files, read } = written();
  await pinFiles(registry, files);
  const [compose = '', dockerfile = ''] = read();
  expect(compose).toContain(`image: postgres:16.9-bookworm@${sha(MANIFESTS.get('library/postgres/16.9-bookworm') ?? '')}\n`);
  expect(compose).toContain(`image: temporalio/ui:2.49.1@${sha(MANIFESTS.get('temporalio/ui/2.49.1') ?? '')} # as it is\n`);
  expect(compose).toContain('image: mepm-offboard:local\n');
  expect(dockerfile.match(/^FROM node:24\.21\.0-bookworm-slim@sha256:[0-9a-f]{64}( AS dependencies)?$/gm)).toHaveLength(2);
  expect(imagesIn(compose)).toEqual(imagesIn(COMPOSE));
});

test('an old digest gives way to the new one, and a second run changes nothing', async () => {
  const { files, read } = written();
  const [file = ''] = files;
  writeFileSync(file, COMPOSE.replace('2.49.1', `2.49.1@sha256:${'0'.repeat(64)}`));
  await pinFiles(registry, files);
  const once = read();
  expect(once[0]).not.toContain('0'.repeat(64));
  await pinFiles(registry, files);
  expect(read()).toEqual(once);
});

test('where one tag is not known, or the registry contradicts itself, or cannot be reached, nothing is written', async () => {
  const { files, read } = written();
  const [file = ''] = files;
  const unknown = COMPOSE.replace('2.49.1', '9.9.9');
  writeFileSync(file, unknown);
  await expect(pinFiles(registry, files)).rejects.toThrow('temporalio/ui:9.9.9: the registry answers 404');
  expect(read()).toEqual([unknown, DOCKERFILE]);
  lies = true;
  await expect(digestOf(registry, { name: 'node', tag: '24.21.0-bookworm-slim' })).rejects.toThrow(
    /the registry says sha256:.*, and what it sent is sha256:/,
  );
  lies = false;
  await expect(pinFiles('http://127.0.0.1:1', files)).rejects.toThrow('fetch failed');
  expect(read()).toEqual([unknown, DOCKERFILE]);
});

test('what nobody resolved stays a tag', () => {
  expect(pinned(COMPOSE, new Map())).toBe(COMPOSE);
});
