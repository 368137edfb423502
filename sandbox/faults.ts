import { z } from 'zod';
import { seeded } from './seeded.ts';
import type { SandboxResponse } from './service.ts';

/**
 * What may come between a caller and a cloud. `unavailable`: 503 of something on the way; `throttled`: the cloud's own word that it is asked too often;
 * `reset`: the connection breaks before the call gets there; `lost`: the call is carried out, and the connection breaks before its answer; `truncated`: so, half-way
 * through the answer; `page`: 200 with a web page of a proxy; `expired`: the cloud's own word that the session is over.
 */
export const KINDS = ['unavailable', 'throttled', 'reset', 'lost', 'truncated', 'page', 'expired'] as const;
export type FaultKind = (typeof KINDS)[number];

/** `rate`: from 0 (none) to 1 of all calls. `kinds`: each as often as the other. The same `seed` gives the same ones again. */
export const FaultsSchema = z.strictObject({
  rate: z.number().min(0).max(1),
  kinds: z.array(z.enum(KINDS)).min(1).default(['unavailable']),
  seed: z.int().default(20_260_401),
});

/** An answer, and how much of it is sent before the connection breaks; without `cut` all of it. */
export type Disturbed = SandboxResponse & { cut?: 'all' | 'half' };

/** Faults as every cloud has them now and then: a share of all calls, by chance, in the same places each time. */
export class Faults {
  #rate = 0;
  #kinds: readonly FaultKind[] = KINDS;
  #random: () => number = () => 1;

  set({ rate, kinds, seed }: z.infer<typeof FaultsSchema>): void {
    this.#rate = rate;
    this.#kinds = kinds;
    this.#random = seeded(seed);
  }

  /** What comes of a call of the service with this prefix, which `handle` carries out. */
  async around(prefix: string, handle: () => Promise<SandboxResponse>): Promise<Disturbed> {
    if (this.#rate === 0 || this.#random() >= this.#rate) return await handle();
    const kind = this.#kinds[Math.floor(this.#random() * this.#kinds.length)] ?? 'unavailable';
    switch (kind) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'the service is unavailable for a moment' };
      case 'reset':
        return { status: 503, cut: 'all' };
      case 'lost':
        return { ...(await handle()), cut: 'all' };
      case 'truncated':
        return { ...(await handle()), cut: 'half' };
      case 'page':
        return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to the network first.</body></html>' };
      case 'throttled':
      case 'expired':
        return inOwnWords(prefix, kind);
    }
  }
}

const AWS_QUERY = ['/iam', '/sts', '/cloudformation'];
const AWS_JSON = ['/organizations', '/secretsmanager'];

/** As each cloud says it. Sources: IAM's "Common Errors"; ARM's and Graph's throttling guidance and error codes; google.rpc.Code. */
function inOwnWords(prefix: string, kind: 'throttled' | 'expired'): SandboxResponse {
  const throttled = kind === 'throttled';
  if (AWS_QUERY.includes(prefix)) {
    const code = throttled ? 'Throttling' : 'ExpiredToken';
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${throttled ? 'Rate exceeded' : 'The security token included in the request is expired'}</Message></Error>`;
    return { status: throttled ? 400 : 403, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  if (AWS_JSON.includes(prefix)) {
    const __type = throttled ? 'TooManyRequestsException' : 'ExpiredTokenException';
    return { status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type, message: kind }) };
  }
  const status = throttled ? 429 : 401;
  const headers = throttled ? { 'retry-after': '1' } : { 'www-authenticate': 'Bearer' };
  if (prefix.startsWith('/gcp-'))
    return {
      status,
      headers,
      body: { error: { code: status, message: kind, status: throttled ? 'RESOURCE_EXHAUSTED' : 'UNAUTHENTICATED' } },
    };
  const expired = prefix === '/arm' ? 'ExpiredAuthenticationToken' : 'InvalidAuthenticationToken';
  const message = throttled ? 'Too many requests' : 'Lifetime validation failed, the token is expired.';
  return { status, headers, body: { error: { code: throttled ? 'TooManyRequests' : expired, message } } };
}
