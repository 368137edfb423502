import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OffboardError } from '../../model/errors.ts';
import type { KeyRing } from '../keys.ts';
import { answerOf } from './answer.ts';
import { admitted, type Door } from './door.ts';
import { Refusal } from './refusal.ts';

const MOST_BYTES = 16 * 1024 * 1024;
const LOOPBACK = '127.0.0.1';

export interface CodecServerOptions {
  ring: KeyRing;
  /** Who is let in; how this server is called is added once its port is known. */
  door: Omit<Door, 'hosts'>;
  /** A free one where it is 0. */
  port: number;
  /** Where it listens; this machine alone by default. */
  address?: string;
  /** Names, beside the address itself, by which browsers reach it: `host:port`. */
  names?: readonly string[];
  tls?: { cert: string; key: string };
  /** Told of each request that is refused: what was wrong, and nothing of what was sent. */
  refused?: (status: number, why: string) => void;
}

export interface CodecServer {
  /** Without the secret. */
  url: string;
  /** From now on pages of this origin may ask, and no others. */
  allow(origin: string): void;
  stop(): void;
}

/**
 * Decodes payloads for the Temporal UI and CLI: whoever gets in reads everything. So it answers those alone whom its door lets in. Throws InvalidValue where the
 * port is taken, or the address is none of this machine's.
 */
export async function startCodecServer({
  ring,
  door,
  port,
  address = LOOPBACK,
  names = [],
  tls,
  refused,
}: CodecServerOptions): Promise<CodecServer> {
  let own: Door = { ...door, hosts: [] };
  const listener: RequestListener = (request, response) => {
    answer(ring, own, request, response).catch((error: unknown) => {
      const { status, message } = error instanceof Refusal ? error : new Refusal(500, 'the codec server failed');
      refused?.(status, message);
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ error: message }));
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, address, done)).catch((cause: unknown) => {
    throw new OffboardError(
      'InvalidValue',
      `--port: ${port} at ${address} cannot be listened at (${(cause as NodeJS.ErrnoException).code ?? ''}); choose another`,
      { cause },
    );
  });
  const at = (server.address() as AddressInfo).port;
  own = {
    ...own,
    hosts: [...(address === LOOPBACK ? [`${LOOPBACK}:${at}`, `localhost:${at}`] : []), ...names.map((n) => n.toLowerCase())],
  };
  return {
    url: `${tls ? 'https' : 'http'}://${names[0] ?? `${address}:${at}`}`,
    allow: (origin) => {
      own = { ...own, origin };
    },
    stop: () => server.close().closeAllConnections(),
  };
}

async function answer(ring: KeyRing, door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Vary', 'Origin');
  if (request.headers.origin === door.origin) response.setHeader('Access-Control-Allow-Origin', door.origin);
  const asked = await admitted(door, request);
  if (!asked) {
    response.setHeader('Access-Control-Allow-Headers', 'content-type,x-namespace,authorization');
    response.setHeader('Access-Control-Allow-Methods', 'POST');
    if (request.headers['access-control-request-private-network']) response.setHeader('Access-Control-Allow-Private-Network', 'true');
    response.writeHead(204).end();
    return;
  }
  const told = answerOf(ring, asked.way, asked.namespace, await bodyOf(request));
  response.setHeader('content-type', 'application/json');
  response.end(told);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Refusal(413, `the body has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
