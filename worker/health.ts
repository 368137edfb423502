import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, OffboardError } from '../model/errors.ts';

const NAME = 'OFFBOARD_HEALTH_PORT';
/** A part that has not answered by then is not there. */
const WITHIN_MS = 2_000;

/** What a worker needs to be at work: each part by name, and how it is asked; it throws, or does not answer, where it is not there. */
export type Parts = Readonly<Record<string, () => unknown>>;

export interface Health {
  /** The worker has come so far that it is ready as long as these are there. */
  needs(parts: Parts): void;
  stop(): Promise<void>;
}

const NONE: Health = { needs: () => undefined, stop: () => Promise.resolve() };
const STARTING: Parts = { worker: () => Promise.reject(new Error('it starts, or waits for what it needs; its log says for what')) };

/**
 * Whether the worker lives and whether it is at work, for whoever runs it: `/healthz` is 200 as long as the process answers, `/readyz` while it polls Temporal and its
 * records can be read, else 503 with what is missing. On loopback, at the port that OFFBOARD_HEALTH_PORT names; without, nothing listens. Throws InvalidValue.
 */
export async function serveHealth(environment: NodeJS.ProcessEnv): Promise<Health> {
  const text = environment[NAME];
  if (!text) return NONE;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= 65_535))
    throw new OffboardError('InvalidValue', `${NAME} is ${JSON.stringify(text)}; write a port from 1 to 65535`);
  let parts = STARTING;
  const server = createServer(({ url }, answer) => {
    if (url === '/healthz') return send(answer, 200, { status: 'ok' });
    if (url !== '/readyz') return send(answer, 404, { status: 'there are /healthz and /readyz' });
    void missingOf(parts).then((missing) =>
      missing ? send(answer, 503, { status: 'not ready', missing }) : send(answer, 200, { status: 'ready' }),
    );
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new OffboardError('InvalidValue', `${NAME}: nothing can listen on port ${port} (${messageOf(cause)}); name another`, { cause });
  }
  return {
    needs: (now) => void (parts = now),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Why each part that is not there is not; undefined where all are. */
async function missingOf(parts: Parts): Promise<Record<string, string> | undefined> {
  const asked = Object.entries(parts).map(async ([name, ask]): Promise<[string, string][]> => {
    const over = new AbortController();
    const late = sleep(WITHIN_MS, undefined, { signal: over.signal, ref: false }).then(() =>
      Promise.reject(new Error('it does not answer')),
    );
    try {
      await Promise.race([Promise.resolve().then(ask), late]);
      return [];
    } catch (error) {
      return [[name, messageOf(error)]];
    } finally {
      over.abort();
      late.catch(() => undefined);
    }
  });
  const missing = (await Promise.all(asked)).flat();
  return missing.length > 0 ? Object.fromEntries(missing) : undefined;
}

function send(answer: ServerResponse, status: number, body: object): void {
  answer.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(`${JSON.stringify(body)}\n`);
}
