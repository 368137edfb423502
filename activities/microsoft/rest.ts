import type { TokenCredential } from '@azure/core-auth';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  isRestError,
  RestError,
  type HttpClient,
  type PipelinePolicy,
  type AuthorizeRequestOnChallengeOptions,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { z } from 'zod';
import type { FailureClass } from '../../model/errors.ts';
import { NotYetError } from '../answer.ts';
import { answerWithinMs, LARGEST_ANSWER, tooLarge } from '../answer-within.ts';
import { askAgain } from '../ask-again.ts';
import { limited } from '../limited.ts';
import { pageMarks } from '../page-marks.ts';
import type { Throttled } from '../throttled.ts';
import type { Endpoint } from './endpoints.ts';
import { judgeCommon, retryAfterMs } from './failure.ts';
import { countedOf, remainingOf } from './quotas.ts';

/** Questions are asked again by `askAgain`, and changes by the engine, which knows how old its last look is. */
export const NO_OWN_RETRIES = { retryOptions: { maxRetries: 0 }, redirectOptions: { maxRetries: 0 } } as const;

/** The pipeline waits for an answer for ever, however large it grows. Its time limit is one for headers and body. */
export const bounded: PipelinePolicy = {
  name: 'bounded',
  async sendRequest(request, next) {
    request.timeout ||= answerWithinMs();
    let large: Error | undefined;
    request.onDownloadProgress = ({ loadedBytes }) => {
      if (loadedBytes > LARGEST_ANSWER) throw (large = tooLarge(new URL(request.url).host));
    };
    try {
      return await next(request);
    } catch (error) {
      throw large ?? error;
    }
  },
};

/**
 * What comes with a status of success and is no JSON is no answer of Microsoft's APIs: a proxy's page has no fields that a client knows, and would be read as
 * "nothing there". It is thrown as NotYetError: the call is made again, then what it asked about is unknown. 204 has no body.
 */
export const answersOnly: PipelinePolicy = {
  name: 'answersOnly',
  async sendRequest(request, next) {
    const response = await next(request);
    const type = response.headers.get('content-type') ?? '';
    const empty = (response.bodyAsText ?? '') === '';
    const isAnswer = empty ? request.method !== 'GET' : /^application\/(?:[\w.-]+\+)?json\b/.test(type);
    if (response.status >= 300 || isAnswer) return response;
    const what = empty ? 'nothing' : `content type ${type === '' ? 'none' : type.slice(0, 60)}`;
    throw new NotYetError(
      'NotAnAnswer',
      `what came from ${new URL(request.url).host} is no answer of Microsoft's (${what}); is there a proxy or a sign-in page between?`,
    );
  },
};

/**
 * Signs each call. An API may refuse a token before its time, as one that was taken back: then a fresh one is fetched past every cache, and the call made once more. The
 * library itself does so only where the API says which claims it wants.
 */
export function signed(credential: TokenCredential, scopes: string): PipelinePolicy {
  return bearerTokenAuthenticationPolicy({ credential, scopes, challengeCallbacks: { authorizeRequestOnChallenge: withFreshToken } });
}

async function withFreshToken({ request, scopes, getAccessToken }: AuthorizeRequestOnChallengeOptions): Promise<boolean> {
  const refused = request.headers.get('authorization');
  const fetched = async (more: { claims?: string }) => {
    const token = await getAccessToken(scopes, { enableCae: true, ...more });
    return token && `Bearer ${token.token}`;
  };
  // Another call may have fetched one meanwhile. The claims are those with which an API asks for a token that was made after now.
  const nbf = { essential: true, value: String(Math.floor(Date.now() / 1_000)) };
  const before = await fetched({});
  // The Azure CLI gives none so; then the refusal stands.
  const fresh = before === refused ? await fetched({ claims: JSON.stringify({ access_token: { nbf } }) }).catch(() => null) : before;
  if (!fresh || fresh === refused) return false;
  request.headers.set('authorization', fresh);
  return true;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Whether a question may be answered when it is asked again: what is the same in every API tells, and 401, which a token gets also in the moment when it ends. */
function passing(error: unknown): FailureClass {
  const common = judgeCommon(error);
  if ('judged' in common) return common.judged;
  const { status, code, message } = common.refusal;
  return { kind: status === 401 ? 'retry' : 'blocked', code, message };
}

/** Makes each call to ARM and Graph when it is its turn; to be added right after what asks again. */
export function inTurn(endpoint: Endpoint): PipelinePolicy {
  return {
    name: 'inTurn',
    async sendRequest(request, next) {
      const { method, url } = request;
      const counted = countedOf(endpoint, method, url);
      if (!counted) return await next(request);
      const call = async () => {
        const response = await next(request);
        if (response.status === 429) throw refusal(response);
        return response;
      };
      return await limited(counted, throttledOf, call, (answer) => remainingOf((name) => answer.headers.get(name), method));
    },
  };
}

function throttledOf(error: unknown): Throttled | undefined {
  if (!isRestError(error) || error.statusCode !== 429) return undefined;
  return { pauseMs: retryAfterMs((name) => error.response?.headers.get(name), Date.now()) };
}

/** Asks a client's questions again, where the client makes the calls itself; to be added before all others of ours. */
export const asksAgain: PipelinePolicy = {
  name: 'asksAgain',
  sendRequest: (request, next) =>
    request.method === 'GET'
      ? askAgain(passing, async () => {
          const response = await next(request);
          const refused = response.status >= 300 ? refusal(response) : undefined;
          if (refused && passing(refused).kind === 'retry') throw refused;
          return response;
        })
      : next(request),
};

/**
 * JSON calls to one API. Refusals and network faults are thrown as RestError with the service's own error code. What asks, a listing, a GET or `ask`, is asked a few
 * times where the moment was bad.
 */
export interface Rest {
  send<T>(method: Method, path: string, schema: z.ZodType<T>, body?: object): Promise<T>;
  /** A question that is too long for a GET. */
  ask<T>(path: string, schema: z.ZodType<T>, body: object): Promise<T>;
  /** All pages of a listing in `value`, followed by `@odata.nextLink` (Graph) or `nextLink` (ARM). */
  list<T>(path: string, schema: z.ZodType<T>): Promise<T[]>;
}

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) });

/** One for all APIs: its connections are kept open, and a new one costs both sides more than a call. */
let shared: HttpClient | undefined;

/** `httpClient` is for tests. */
export function restTo(
  endpoint: Endpoint,
  credential: TokenCredential,
  httpClient: HttpClient = (shared ??= createDefaultHttpClient()),
): Rest {
  const base = endpoint.url.replace(/\/$/, '');
  const pipeline = createPipelineFromOptions(NO_OWN_RETRIES);
  // What leads elsewhere, or nowhere, waits for no turn.
  pipeline.addPolicy(staysAt(base));
  pipeline.addPolicy(inTurn(endpoint));
  pipeline.addPolicy(bounded);
  pipeline.addPolicy(answersOnly);
  pipeline.addPolicy(signed(credential, endpoint.tokenScope));

  async function call<T>(method: Method, url: string, schema: z.ZodType<T>, body?: object): Promise<T> {
    const headers = createHttpHeaders({ accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) });
    const request = createPipelineRequest({ url, method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const response = await pipeline.sendRequest(httpClient, request);
    if (response.status >= 300) throw refusal(response);
    return schema.parse(response.bodyAsText ? JSON.parse(response.bodyAsText) : undefined);
  }

  const question: typeof call = (...args) => askAgain(passing, () => call(...args));

  return {
    send: (method, path, schema, body) => (method === 'GET' ? question : call)(method, `${base}${path}`, schema, body),
    ask: (path, schema, body) => question('POST', `${base}${path}`, schema, body),
    list: async <T>(path: string, schema: z.ZodType<T>) => {
      const page = z.object({ value: z.array(schema), '@odata.nextLink': z.string().nullish(), nextLink: z.string().nullish() });
      const all: T[] = [];
      const follow = pageMarks(path);
      for (let next: string | null | undefined = `${base}${path}`; next;) {
        follow(next);
        const answer: z.infer<typeof page> = await question('GET', next, page);
        all.push(...answer.value);
        next = answer['@odata.nextLink'] ?? answer.nextLink;
      }
      return all;
    },
  };
}

/** Reads what a tenant publishes to everybody, as JSON. Throws as `restTo`. */
export async function publicJson<T>(url: string, schema: z.ZodType<T>): Promise<T> {
  const pipeline = createPipelineFromOptions(NO_OWN_RETRIES);
  pipeline.addPolicy(bounded);
  pipeline.addPolicy(answersOnly);
  return await askAgain(passing, async () => {
    const headers = createHttpHeaders({ accept: 'application/json' });
    const response = await pipeline.sendRequest((shared ??= createDefaultHttpClient()), createPipelineRequest({ url, headers }));
    if (response.status >= 300) throw refusal(response);
    return schema.parse(jsonOf(response.bodyAsText));
  });
}

/** Refuses a URL outside the endpoint's origin, as a forged or broken next link would name: it must not get our token. */
export function staysAt(base: string): PipelinePolicy {
  const { origin } = new URL(base);
  return {
    name: 'staysAtEndpoint',
    sendRequest: (request, next) => {
      const wanted = URL.parse(request.url)?.origin;
      if (wanted === origin) return next(request);
      throw new RestError(`a link leads from ${origin} to ${wanted ?? 'no address'}; it is not followed`, { code: 'ForeignLink' });
    },
  };
}

/** The code is the body's own when it has one; a proxy's page has none, and must not look like the API's answer. */
function refusal(response: PipelineResponse): RestError {
  const parsed = ErrorBody.safeParse(jsonOf(response.bodyAsText));
  const { code, message } = parsed.success ? parsed.data.error : { code: undefined, message: undefined };
  return new RestError(message ?? `HTTP ${response.status}`, { ...(code ? { code } : {}), statusCode: response.status, response });
}

function jsonOf(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
