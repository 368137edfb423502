import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallCounts, type Calls } from '../../sandbox/calls.ts';

/** Keeps connections open, which moto does not, and counts what it is asked. */
export interface Front {
  url: string;
  calls(): Calls;
  /** The most calls that were under way at once since `fresh`. */
  most(): number;
  fresh(): void;
  stop(): Promise<void>;
}

/** `latency`: milliseconds a call takes longer, half to one and a half of it; evenly spread, the same each time. */
export async function startFront(moto: string, latency = 0): Promise<Front> {
  const counts = new CallCounts();
  const { hostname, port } = new URL(moto);
  let seen = 0;
  let [open, most] = [0, 0];
  const delay = () => latency * (0.5 + ((seen++ * 7) % 11) / 10);
  const server = createServer({ keepAliveTimeout: 60_000 }, (asked, answer) => {
    most = Math.max(most, ++open);
    answer.once('close', () => open--);
    void (async () => {
      const body = await buffer(asked);
      counts.count(serviceOf(asked), {
        method: asked.method ?? '',
        path: asked.url ?? '',
        headers: {},
        query: new URLSearchParams(),
        body: body.toString(),
      });
      if (latency > 0) await sleep(delay());
      const on = request({ hostname, port, path: asked.url, method: asked.method, headers: { ...asked.headers, connection: 'close' } });
      on.once('response', (said: IncomingMessage) => {
        const { connection: _, ...headers } = said.headers;
        void buffer(said).then(
          (whole) => answer.writeHead(said.statusCode ?? 502, headers).end(whole),
          () => asked.destroy(),
        );
      });
      on.once('error', () => asked.destroy());
      on.end(body);
    })().catch(() => asked.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => structuredClone(counts.tell()),
    most: () => most,
    fresh: () => void (most = 0),
    stop,
  };
}

/** A signature names the service: `Credential=KEY/DAY/REGION/SERVICE/aws4_request`. */
function serviceOf({ headers }: IncomingMessage): string {
  return `/${/Credential=[^,]*\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? 'other'}`;
}
