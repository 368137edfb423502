import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { KeyRing } from '../../security/keys.ts';
import { readPayload, sealPayload } from '../../security/payload.ts';

const { Payloads } = proto.temporal.api.common.v1;
const MOST_BYTES = 16 * 1024 * 1024;

/** Decodes payloads for the Temporal UI of this very demonstration: loopback only, answers to that UI's origin alone. */
export async function startCodecServer(ring: KeyRing): Promise<{ url: string; allow(origin: string): void; stop(): void }> {
  let allowed = '';
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', allowed);
    response.setHeader('Access-Control-Allow-Headers', 'content-type,x-namespace,authorization');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else answer(ring, request, response).catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    allow: (origin) => {
      allowed = origin;
    },
    stop: () => server.close().closeAllConnections(),
  };
}

async function answer(ring: KeyRing, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (chunks.reduce((n, c) => n + c.length, 0) > MOST_BYTES) throw new RangeError('too long');
  }
  // The Temporal UI and CLI send and take bytes in base64.
  const { payloads } = Payloads.fromObject(JSON.parse(Buffer.concat(chunks).toString()) as object);
  const way = request.url === '/decode' ? decoded : request.url === '/encode' ? encoded : undefined;
  if (!way) return void response.writeHead(404).end();
  const result = payloads.map((payload) => way(ring, payload));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ payloads: result.map(toJson) }));
}

/** Whose a payload is stands beside what it holds; it cannot be compared: the UI never says which workflow it shows. */
function decoded(ring: KeyRing, payload: Payload): Payload {
  const { payload: plain, bound } = readPayload(ring, payload);
  return { ...plain, metadata: { ...plain.metadata, ...(bound ? { 'workflow-id': Buffer.from(bound.workflowId) } : {}) } };
}

/** Bound to no workflow, which the UI does not name: worth no more than a plain message. */
function encoded(ring: KeyRing, payload: Payload): Payload {
  return sealPayload(ring, payload, undefined);
}

function toJson({ metadata, data }: Payload): { metadata: Record<string, string>; data: string } {
  const text = Object.entries(metadata ?? {}).map(([k, v]) => [k, Buffer.from(v).toString('base64')] as const);
  return { metadata: Object.fromEntries(text), data: Buffer.from(data ?? []).toString('base64') };
}
