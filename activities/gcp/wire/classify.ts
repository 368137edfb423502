import { z } from 'zod';
import { messageOf, type FailureClass } from '../../../model/errors.ts';
import { NETWORK_CODES, RefusedError, retryAfterOf } from '../../answer.ts';
import { tooLarge } from '../../answer-within.ts';
import type { Throttled } from '../../throttled.ts';
import { OperationError } from './wire.ts';

/** google.rpc.Code numbers that an operation may end with, as the HTTP status their REST answer would have had. */
const HTTP_OF_RPC: Record<number, number> = { 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 10: 409, 13: 500, 14: 503, 16: 401 };

/** Those whose name tells more than the status does. */
const NAME_OF_RPC: Record<number, string> = { 5: 'NOT_FOUND', 9: 'FAILED_PRECONDITION' };

/** Policies learn of an undeleted account only after a while: until then they refuse it as a member that is alive. */
const INCONSISTENT = /^Inconsistent representation of deleted member/;

/** How the SDK's own HTTP client says the same, besides. */
const NETWORK = new Set([
  ...NETWORK_CODES,
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'TimeoutError',
  'AbortError',
]);
const RATE_LIMITED = 'RateLimited';
/** Google asks for a pause, of seconds as a rule. */
const RATE_REASONS = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'concurrentLimitExceeded',
  'servingLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
]);
/** A quota that refills by itself, as a rule within the day. */
const USED_UP = new Set(['quotaExceeded', 'dailyLimitExceeded']);
/** Until it is asked again where Google does not say when, in ms. */
const USED_UP_PAUSE_MS = 5 * 60_000;
const USED_UP_MEND = 'a quota is used up; it refills, as a rule within the day, or have it raised, or name another quota project';

/**
 * Judges one failed call to Google. Pure. Looks only at status, Google's own error body and Retry-After: the rest of a GaxiosError
 * holds the request with its token, and is never read. Source: https://google.aip.dev/193 and the IAM error reference.
 */
export function classifyGcp(error: unknown): FailureClass {
  if (error instanceof RefusedError) return error.failure;
  const { status, rpc, message, retryAfterMs, reasons, permission } = read(error);
  const retry = (code: string): FailureClass => ({ kind: 'retry', code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  const blocked = (code: string, words = message): FailureClass => ({ kind: 'blocked', code, message: words });
  if (status === undefined) return withoutAnswer(error, message);
  if (reasons.some((r) => USED_UP.has(r)))
    return { kind: 'retry', code: 'QuotaUsedUp', message: `${message}; ${USED_UP_MEND}`, retryAfterMs: retryAfterMs ?? USED_UP_PAUSE_MS };
  if (status === 429 || reasons.some((r) => RATE_REASONS.has(r))) return retry(RATE_LIMITED);
  // A proxy's page, or Google's for an address that its API does not have, says nothing of the thing that was asked for.
  if (status === 404 || status === 410) return rpc === 'NOT_FOUND' ? blocked('NotFound') : retry('NotTheApi');
  if (status === 400 && INCONSISTENT.test(message)) return retry('NotYetForPolicies');
  if (status === 400) return blocked(rpc === 'FAILED_PRECONDITION' ? 'FailedPrecondition' : 'InvalidArgument');
  if (status === 401) return blocked('Unauthenticated', `Google refused the worker's credentials: ${message}`);
  if (status === 403) return denied(message, reasons, permission);
  if (status === 408) return retry('Timeout');
  if (status === 409 && rpc === 'ALREADY_EXISTS') return blocked('AlreadyExists');
  if (status === 409 || status === 412) return retry('ConcurrentChange');
  return status >= 500 ? retry('Unavailable') : blocked('Unknown');
}

/** Whether, and for how long, Google asks to slow down. Pure. */
export function throttledOf(error: unknown): Throttled | undefined {
  const failure = classifyGcp(error);
  return failure.kind === 'retry' && failure.code === RATE_LIMITED ? { pauseMs: failure.retryAfterMs } : undefined;
}

/** Whether Google's API itself says that the thing is not there: by its own error body, which no other page has. */
export function isGone(error: unknown): boolean {
  const { status, rpc } = read(error);
  return (status === 404 || status === 410) && rpc === 'NOT_FOUND';
}

/** Whether Google refuses the call, or its thing is not there: it may answer so to both. */
export function isDenied(error: unknown): boolean {
  return classifyGcp(error).code === 'PermissionDenied';
}

/** Whether the same call may be answered later. */
export function isRetry(error: unknown): boolean {
  return classifyGcp(error).kind === 'retry';
}

/** A failed call in words, without the request. */
export function failureWords(error: unknown): string {
  return classifyGcp(error).message;
}

interface Denied {
  code: string;
  mend?: string;
}
const DISABLED: Denied = { code: 'ServiceDisabled' };
const ORG_RESTRICTION: Denied = {
  code: 'OrgRestriction',
  mend: 'a proxy on the way lets no calls to this organization through; have it allowed there',
};
const LOCATION: Denied = { code: 'LocationPolicy', mend: "the organization's policy forbids the worker's location" };
const ACCOUNT: Denied = { code: 'AccountState', mend: "the worker's own account is disabled or deleted; give it one that lives" };
const SCOPE: Denied = {
  code: 'ScopeInsufficient',
  mend: 'the worker runs with too narrow OAuth scopes; give its machine or credentials https://www.googleapis.com/auth/cloud-platform',
};
const PERIMETER: Denied = {
  code: 'VpcServiceControls',
  mend: 'VPC Service Controls keep the worker out; let it in by an ingress rule of the perimeter, for its identity and network',
};

/**
 * What a 403 means besides a missing permission, with the mend. Sources: google.api.ErrorReason and, for those in small letters, Google's "Standard error responses";
 * where to enable a service, Google says itself.
 */
const DENIED = new Map<string, Denied>([
  ['SERVICE_DISABLED', DISABLED],
  ['accessNotConfigured', DISABLED],
  [
    'BILLING_DISABLED',
    { code: 'BillingDisabled', mend: 'the project has no billing account that works; link one, or name another quota project' },
  ],
  ['CONSUMER_SUSPENDED', { code: 'ConsumerSuspended', mend: 'Google has suspended the project; have that lifted' }],
  ['CONSUMER_INVALID', { code: 'ConsumerInvalid', mend: 'the project that pays for the calls does not exist; name another quota project' }],
  [
    'USER_PROJECT_DENIED',
    {
      code: 'QuotaProjectDenied',
      mend: 'give the worker roles/serviceusage.serviceUsageConsumer on its quota project, or name another',
    },
  ],
  ['SECURITY_POLICY_VIOLATED', PERIMETER],
  ['ORG_RESTRICTION_VIOLATION', ORG_RESTRICTION],
  ['ORG_RESTRICTION_HEADER_INVALID', ORG_RESTRICTION],
  ['LOCATION_POLICY_VIOLATED', LOCATION],
  ['LOCATION_ORG_POLICY_VIOLATED', LOCATION],
  ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', SCOPE],
  ['ACCOUNT_STATE_INVALID', ACCOUNT],
  ['accountDisabled', ACCOUNT],
  ['accountDeleted', ACCOUNT],
  ['GCP_SUSPENDED', { code: 'Suspended', mend: 'Google has suspended the account or project; have that lifted' }],
  ['RESOURCE_QUOTA_EXCEEDED', { code: 'QuotaFull', mend: 'a quota of the project or organization is full; make room or have it raised' }],
]);

/** What newer APIs give a reason for, older ones have a sentence for alone. */
const SENTENCES: readonly (readonly [RegExp, Denied])[] = [
  [/prohibited by organization's policy/i, PERIMETER],
  [/authentication scopes/i, SCOPE],
];

function denied(message: string, reasons: string[], permission: string | undefined): FailureClass {
  const known =
    reasons.map((reason) => DENIED.get(reason)).find((meaning) => meaning !== undefined) ??
    SENTENCES.find(([sentence]) => sentence.test(message))?.[1];
  if (known) return { kind: 'blocked', code: known.code, message: known.mend ? `${message}; ${known.mend}` : message };
  const missing = permission ?? /permission '?([a-z]+\.[\w./]+)'?/i.exec(message)?.[1];
  const what = missing ? `the worker lacks the permission ${missing}` : 'the worker lacks a permission';
  return {
    kind: 'blocked',
    code: 'PermissionDenied',
    message: `${what}, or the resource does not exist (Google answers 403 to both): ${message}`,
  };
}

function withoutAnswer(error: unknown, message: string): FailureClass {
  if (causes(error).some((cause) => 'type' in cause && cause.type === 'max-size')) return tooLarge('Google').failure;
  if (networkCode(error) !== undefined) return { kind: 'retry', code: 'Unreachable', message: `Google cannot be reached: ${message}` };
  if (/default credentials|GOOGLE_APPLICATION_CREDENTIALS/.test(message)) return { kind: 'blocked', code: 'NoCredentials', message };
  return { kind: 'blocked', code: 'Unknown', message };
}

/** The network's code of an error or of any cause below it. */
function networkCode(error: unknown): string | undefined {
  const codes = causes(error).flatMap((at) => [(at as NodeJS.ErrnoException).code, at.name]);
  return codes.find((code) => code !== undefined && NETWORK.has(code));
}

function causes(error: unknown): Error[] {
  const all: Error[] = [];
  for (let at = error; at instanceof Error && all.length < 5; at = at.cause) all.push(at);
  return all;
}

interface Answer {
  status?: number;
  /** Google's canonical name, such as `FAILED_PRECONDITION`. */
  rpc?: string;
  message: string;
  retryAfterMs?: number;
  reasons: string[];
  permission?: string;
}

/** Whatever has another shape than Google's is not there: an error is judged by what it says, and never makes the judging fail. */
const word = z.string().optional().catch(undefined);
/** `retryDelay`: of google.rpc.RetryInfo, such as `1.5s`. */
const Detail = z.object({ reason: word, retryDelay: word, metadata: z.object({ permission: word }).optional().catch(undefined) }).catch({});
const ErrorBody = z
  .object({
    error: z
      .union([z.string(), z.object({ message: word, status: word, details: z.array(Detail).catch([]), errors: z.array(Detail).catch([]) })])
      .optional()
      .catch(undefined),
    error_description: word,
  })
  .catch({});

function read(error: unknown): Answer {
  if (error instanceof OperationError) {
    const rpc = NAME_OF_RPC[error.code];
    return { status: HTTP_OF_RPC[error.code] ?? 500, ...(rpc === undefined ? {} : { rpc }), message: redact(error.message), reasons: [] };
  }
  const response = (error as { response?: { status?: number; headers?: unknown; data?: unknown } } | null | undefined)?.response;
  const body = ErrorBody.parse(response?.data);
  if (typeof body.error === 'string') {
    // An OAuth error: the token endpoint spoke, not the API. Its 400 means the same as the API's 401.
    const status = response?.status === 400 ? 401 : response?.status;
    return {
      ...(status === undefined ? {} : { status }),
      message: redact(`${body.error} ${body.error_description ?? ''}`.trim()),
      reasons: [],
    };
  }
  const details = body.error?.details ?? [];
  const permission = details.map((detail) => detail.metadata?.permission).find((p) => p !== undefined);
  const retryAfterMs = retryAfter(response?.headers) ?? delayOf(details);
  return {
    ...(response?.status === undefined ? {} : { status: response.status }),
    ...(body.error?.status === undefined ? {} : { rpc: body.error.status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(permission === undefined ? {} : { permission }),
    message: redact(body.error?.message ?? messageOf(error)),
    reasons: [...details, ...(body.error?.errors ?? [])].flatMap((d) => d.reason ?? []),
  };
}

function retryAfter(headers: unknown): number | undefined {
  const value = headers instanceof Headers ? headers.get('retry-after') : (headers as Record<string, string> | undefined)?.['retry-after'];
  return value ? retryAfterOf(value, Date.now()) : undefined;
}

function delayOf(details: readonly z.infer<typeof Detail>[]): number | undefined {
  const seconds = details.map((d) => /^(\d+(?:\.\d+)?)s$/.exec(d.retryDelay ?? '')?.[1]).find((s) => s !== undefined);
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}

/** Bearer tokens, Google's access tokens and JWTs have no business in a message. */
function redact(text: string): string {
  return text.replaceAll(/Bearer\s+\S+|ya29\.[\w.-]+|eyJ[\w-]+\.[\w.-]+/g, '[token]');
}
