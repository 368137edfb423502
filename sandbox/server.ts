import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallCounts } from './calls.ts';
import type { Disturbed, Faults } from './faults.ts';
import type { Quotas } from './quotas.ts';
import { indexPage } from './index-page.ts';
import type { Listener } from './sign-in/provider.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from './service.ts';

const MAX_BODY_BYTES = 1_048_576;

/** The body has more bytes than its service takes; `message` says how many that are. */
class BodyTooLarge extends Error {}

/**
 * The request listener of the sandbox: hands each request to the service with the longest matching prefix and sends its answer.
 * What lies below `/sign-in` goes to the OpenID provider; `/`, `/sandbox/report` and `/sandbox/health` are answered here. An exception becomes a 500 and one line on stderr without bodies or headers,
 * since these carry tokens. `calls` counts what the services are asked, `faults` and `quotas` come in between.
 */
export function createListener(services: SandboxService[], context: SandboxContext, calls?: CallCounts, faults?: Faults, quotas?: Quotas) {
  let listener: Promise<Listener> | undefined;
  // Nobody may ever sign in, and the provider takes its time to load.
  const signIn = () => (listener ??= import('./sign-in/provider.ts').then(({ signInListener }) => signInListener(context)));
  const byPrefix = services.toSorted((a, b) => b.prefix.length - a.prefix.length);
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    try {
      if (incoming.url?.startsWith('/sign-in/')) return await (await signIn())(incoming, outgoing);
      send(outgoing, requestId, await route(byPrefix, incoming, context, calls, faults, quotas));
    } catch (error) {
      if (error instanceof BodyTooLarge) {
        send(outgoing, requestId, failure(413, 'BodyTooLarge', error.message));
        return;
      }
      const path = (incoming.url ?? '').split('?')[0];
      process.stderr.write(`${requestId} ${incoming.method} ${path}: ${error instanceof Error ? error.stack : String(error)}\n`);
      send(outgoing, requestId, failure(500, 'InternalError', 'the sandbox failed; its stderr says why'));
    }
  };
}

async function route(
  services: SandboxService[],
  incoming: IncomingMessage,
  context: SandboxContext,
  calls: CallCounts | undefined,
  faults: Faults | undefined,
  quotas: Quotas | undefined,
): Promise<Disturbed> {
  const raw = incoming.url ?? '/';
  const cut = raw.indexOf('?');
  const path = cut < 0 ? raw : raw.slice(0, cut);
  if (path === '/sandbox/health') return { status: 200, body: { status: 'ok' } };
  if (path === '/') return indexPage();
  if (path === '/sandbox/report') return { status: 200, body: context.store.report() };
  const service = services.find((s) => s.prefix === '/' || path === s.prefix || path.startsWith(`${s.prefix}/`));
  if (!service) return failure(404, 'NotFound', `no service answers ${path}`);
  const request: SandboxRequest = {
    method: incoming.method ?? 'GET',
    path: service.prefix === '/' ? path : path.slice(service.prefix.length) || '/',
    query: new URLSearchParams(cut < 0 ? '' : raw.slice(cut + 1)),
    headers: headersOf(incoming),
    body: await readBody(incoming, service.maxBodyBytes ?? MAX_BODY_BYTES),
  };
  if (service.prefix === '/sandbox') return service.handle(request, context);
  calls?.count(service.prefix, request);
  const handle = async () => {
    const answer = await service.handle(request, context);
    calls?.answered(request, answer.status);
    return answer;
  };
  const disturbed = () =>
    faults ? faults.around({ prefix: service.prefix, path: request.path, token: tokenOf(request) }, handle) : handle();
  return quotas ? await quotas.around(service.prefix, request, disturbed) : await disturbed();
}

/** A bearer's token, or the key of a session: a worker's own lasting key has none in its place. */
function tokenOf({ headers }: SandboxRequest): string | undefined {
  return /^Bearer (\S+)$|Credential=(ASIA\w+)\//
    .exec(headers['authorization'] ?? '')
    ?.slice(1)
    .find((part) => part !== undefined);
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

async function readBody(incoming: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) throw new BodyTooLarge(`the body may have at most ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failure(status: number, code: string, message: string): SandboxResponse {
  return { status, body: { error: { code, message } } };
}

/** Between two bytes of an answer that never ends. */
const TRICKLE_MS = 50;
const FLOOD = ' '.repeat(1_048_576);

function send(outgoing: ServerResponse, requestId: string, answer: Disturbed): void {
  const { cut } = answer;
  if (cut === 'all') return void outgoing.destroy();
  const body = (typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body) ?? '';
  // What has no body is whole with its headers: then not even these come.
  if (body === '' && (cut === 'stalled' || cut === 'trickle' || cut === 'flood')) return;
  outgoing.writeHead(answer.status, {
    ...(typeof answer.body === 'object' ? { 'content-type': 'application/json; charset=utf-8' } : {}),
    'x-request-id': requestId,
    'cache-control': 'no-store',
    ...(cut === 'half' || cut === 'stalled' ? { 'content-length': Buffer.byteLength(body) } : {}),
    ...answer.headers,
  });
  const half = () => body.slice(0, body.length / 2);
  switch (cut) {
    case undefined:
      return void outgoing.end(body);
    case 'half':
      return void outgoing.write(half(), () => outgoing.destroy());
    case 'stalled':
      return void outgoing.write(half());
    case 'trickle': {
      const trickling = setInterval(() => outgoing.write(' '), TRICKLE_MS);
      outgoing.once('close', () => clearInterval(trickling));
      return;
    }
    case 'flood': {
      const more = () => {
        while (!outgoing.closed && outgoing.write(FLOOD));
      };
      outgoing.on('drain', more);
      more();
    }
  }
}
