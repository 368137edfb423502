import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { serviceName } from './calls.ts';
import { forbidden, GOOGLE_REASONS, PASSING_REASONS, policyChanged } from './google-refusals.ts';
import { seeded } from './seeded.ts';
import type { SandboxResponse } from './service.ts';

/**
 * What may come between a caller and a cloud. `unavailable`: 503 of something on the way; `throttled`: the cloud's own word that it is asked too often;
 * `reset`: the connection breaks before the call gets there; `lost`: the call is carried out, and the connection breaks before its answer; `truncated`: so, half-way
 * through the answer; `stalled`: so, and the connection stays open, with nothing more to come; `trickle`: so, and spaces come for ever, in the place of the answer, `flood`: as fast as they can;
 * `page`: 200 with a web page of a proxy; `expired`: the cloud's own word that the session is over; `revoked`: a token or session that was taken before is refused from now
 * on; `forbidden`: 403 of Google, with one of its reasons; `storm`: for
 * some seconds every write of a policy of Google's comes too late.
 */
export const KINDS = [
  'unavailable',
  'throttled',
  'reset',
  'lost',
  'truncated',
  'stalled',
  'trickle',
  'page',
  'expired',
  'revoked',
  'forbidden',
  'storm',
] as const;
/** Only who names these has them: `flood` keeps a whole machine busy; `slow`, for which a call is carried out some time later, as by a cloud that is far away, disturbs nothing. */
const NAMED_ONLY = ['flood', 'slow'] as const;
export type FaultKind = (typeof KINDS)[number] | (typeof NAMED_ONLY)[number];

const SLOW_MS = { least: 50, most: 150 };

/** Which services may be disturbed so; all where a kind is not named. */
const ONLY: Partial<Record<FaultKind, RegExp>> = { forbidden: /^\/gcp-/, storm: /^\/gcp-/ };

const STORM_MS = 2_000;

/**
 * `rate`: from 0 (none) to 1 of all calls. `kinds`: each as often as the other, among those that there are of a service. `services`: these alone, as
 * `/sandbox/calls` names them. `reasons`: of `forbidden`; without, those that pass by themselves. The same `seed` gives the same ones again.
 */
export const FaultsSchema = z.strictObject({
  rate: z.number().min(0).max(1),
  kinds: z
    .array(z.enum([...KINDS, ...NAMED_ONLY]))
    .min(1)
    .default(['unavailable']),
  services: z.array(z.string()).min(1).optional(),
  reasons: z
    .array(z.enum(GOOGLE_REASONS))
    .min(1)
    .default([...PASSING_REASONS]),
  seed: z.int().default(20_260_401),
});

/**
 * An answer, and how it comes, where not whole: `all`: the connection breaks before it; `half`: half-way through it; `stalled`: after half of it nothing comes any
 * more; `trickle`: spaces come for ever.
 */
export type Disturbed = SandboxResponse & { cut?: 'all' | 'half' | 'stalled' | 'trickle' | 'flood' };

/** One call as the services know it. */
export interface Disturbable {
  /** The service's prefix. */
  prefix: string;
  path: string;
  /** What the caller signs in with, where another one may be had in its place. */
  token?: string | undefined;
}

/** Faults as every cloud has them now and then: a share of all calls, by chance, in the same places each time. */
export class Faults {
  #set = FaultsSchema.parse({ rate: 0 });
  #random: () => number = () => 1;
  #stormUntil = 0;
  readonly #taken = new Set<string>();
  readonly #revoked = new Set<string>();

  set(faults: z.infer<typeof FaultsSchema>): void {
    this.#set = faults;
    this.#random = seeded(faults.seed);
    this.#stormUntil = 0;
  }

  /** What comes of a call, which `handle` carries out. */
  async around(call: Disturbable, handle: () => Promise<SandboxResponse>): Promise<Disturbed> {
    const kind = this.#kindFor(call);
    const { token = '' } = call;
    if (kind === 'revoked' && this.#taken.has(token)) this.#revoked.add(token);
    if (this.#revoked.has(token)) return inOwnWords(call.prefix, 'revoked');
    if (token !== '') this.#taken.add(token);
    if (kind === 'storm') this.#stormUntil = Date.now() + STORM_MS;
    if (Date.now() < this.#stormUntil && isPolicyWrite(call)) return policyChanged(this.#random() < 1 / 2 ? 409 : 412);
    switch (kind) {
      case undefined:
      case 'storm':
      case 'revoked':
        return await handle();
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'the service is unavailable for a moment' };
      case 'reset':
        return { status: 503, cut: 'all' };
      case 'lost':
        return { ...(await handle()), cut: 'all' };
      case 'truncated':
        return { ...(await handle()), cut: 'half' };
      case 'stalled':
      case 'trickle':
      case 'flood':
        return { ...(await handle()), cut: kind };
      case 'slow':
        await sleep(SLOW_MS.least + this.#random() * (SLOW_MS.most - SLOW_MS.least));
        return await handle();
      case 'page':
        return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to the network first.</body></html>' };
      case 'forbidden':
        return forbidden(this.#one(this.#set.reasons) ?? 'rateLimitExceeded');
      case 'throttled':
        return throttledAnswer(call.prefix);
      case 'expired':
        return inOwnWords(call.prefix, kind);
    }
  }

  #kindFor({ prefix }: Disturbable): FaultKind | undefined {
    const { rate, kinds, services } = this.#set;
    if (rate === 0 || services?.includes(serviceName(prefix)) === false || this.#random() >= rate) return undefined;
    return this.#one(kinds.filter((kind) => ONLY[kind]?.test(prefix) ?? true));
  }

  #one<T>(among: readonly T[]): T | undefined {
    return among[Math.floor(this.#random() * among.length)];
  }
}

const isPolicyWrite = ({ prefix, path }: Disturbable): boolean => prefix.startsWith('/gcp-') && path.endsWith(':setIamPolicy');

const AWS_QUERY = ['/iam', '/sts', '/cloudformation'];
const AWS_JSON = ['/organizations', '/secretsmanager'];

/** A cloud's own word that it is asked too often. `wait`: for how many seconds, which Microsoft tells in whole ones and Google to the millisecond; AWS never does. */
export function throttledAnswer(prefix: string, wait = 1): SandboxResponse {
  const { headers, ...answer } = inOwnWords(prefix, 'throttled');
  if (answer.status !== 429) return { ...answer, headers: headers ?? {} };
  if (!prefix.startsWith('/gcp-')) return { ...answer, headers: { ...headers, 'retry-after': String(Math.max(1, Math.ceil(wait))) } };
  const retryDelay = `${Math.max(0.001, wait).toFixed(3)}s`;
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', domain: 'googleapis.com' },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ];
  return { status: 429, body: { error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED', details } } };
}

/** As each cloud says it. Sources: IAM's "Common Errors"; ARM's and Graph's throttling guidance and error codes; google.rpc.Code. */
function inOwnWords(prefix: string, kind: 'throttled' | 'expired' | 'revoked'): SandboxResponse {
  const throttled = kind === 'throttled';
  const revoked = kind === 'revoked';
  if (AWS_QUERY.includes(prefix)) {
    const code = throttled ? 'Throttling' : revoked ? 'InvalidClientTokenId' : 'ExpiredToken';
    const message = throttled ? 'Rate exceeded' : `The security token included in the request is ${revoked ? 'invalid' : 'expired'}`;
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status: throttled ? 400 : 403, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  if (AWS_JSON.includes(prefix)) {
    const __type = throttled ? 'TooManyRequestsException' : revoked ? 'UnrecognizedClientException' : 'ExpiredTokenException';
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
  const expired = prefix === '/arm' && !revoked ? 'ExpiredAuthenticationToken' : 'InvalidAuthenticationToken';
  const refused = revoked ? 'The access token has been revoked.' : 'Lifetime validation failed, the token is expired.';
  const message = throttled ? 'Too many requests' : refused;
  return { status, headers, body: { error: { code: throttled ? 'TooManyRequests' : expired, message } } };
}
