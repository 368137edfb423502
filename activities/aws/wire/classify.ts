import { messageOf, type FailureClass } from '../../../model/errors.ts';
import { RefusedError, retryAfterOf, unlessGone } from '../../answer.ts';
import type { Throttled } from '../../throttled.ts';

/** Worth another try, with what a person may want to know. Sources: IAM and STS API references, "Common Errors". */
const RETRY: Record<string, string> = {
  Throttling: 'AWS asks to slow down',
  ThrottledException: 'AWS asks to slow down',
  TooManyRequests: 'AWS asks to slow down',
  RequestLimitExceeded: 'AWS asks to slow down',
  RequestThrottled: 'AWS asks to slow down',
  SlowDown: 'AWS asks to slow down',
  ServiceFailure: 'AWS failed to answer',
  ServiceUnavailable: 'AWS cannot answer at the moment',
  InternalFailure: 'AWS failed to answer',
  InternalError: 'AWS failed to answer',
  RequestTimeout: 'the request took too long',
  TimeoutError: 'the request took too long',
  DeleteConflict: 'something still hangs on it; what was just removed takes a moment to vanish',
  ConcurrentModification: 'somebody else changes it at this moment',
  EntityTemporarilyUnmodifiable: 'AWS is still applying an earlier change',
  ExpiredToken: 'the session ended; a new one is made',
  RequestExpired: 'the request reached AWS too late',
  ECONNREFUSED: 'the endpoint refuses connections',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'the endpoint did not answer in time',
  EHOSTUNREACH: 'the endpoint cannot be reached',
  ENETUNREACH: 'the endpoint cannot be reached',
  ENOTFOUND: 'the endpoint has no address; is there a network, and is the endpoint spelt right?',
  EAI_AGAIN: 'the endpoint has no address for the moment',
};

/** Of these, what says that one asks too often. */
const THROTTLED = new Set(['Throttling', 'ThrottledException', 'TooManyRequests', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown']);

/** No try makes these right; each text names the mend in the cloud: a discovery and a probe say it, too, where there is nothing to waive. */
const BLOCKED: Record<string, string> = {
  AccessDenied:
    'allow the action to the role in docs/clouds/aws.md, or ask why a service control policy, a boundary or a suspended account denies it',
  AccountSuspended: 'the account is suspended; have it reinstated',
  OptInRequired: 'the account is not signed up or is suspended; have it reinstated',
  PendingVerification: 'AWS is still verifying the account; wait for its mail or ask AWS support',
  InvalidClientTokenId: "AWS does not know the worker's access key; give the worker valid credentials",
  UnrecognizedClient: "AWS does not know the worker's access key; give the worker valid credentials",
  AuthFailure: "AWS does not accept the worker's credentials; give the worker valid ones",
  MissingAuthenticationToken: 'the worker sent no credentials; give it some',
  SignatureDoesNotMatch: "the worker's secret key does not belong to its access key; give the worker valid credentials",
  IncompleteSignature: "the worker's credentials are incomplete; give the worker valid ones",
  CredentialsProviderError: 'give the worker credentials in its environment or profile (of a profile with SSO: `aws sso login`)',
  RequestTimeTooSkewed: "the worker's clock is wrong; set it",
  RegionDisabled: 'STS is not active in this region; activate it or set AWS_REGION to another',
  ValidationError: 'AWS refuses the request as invalid; report it with this code',
  InvalidInput: 'AWS refuses the request as invalid; report it with this code',
  MalformedPolicyDocument: 'AWS refuses the policy document; report it with this code',
  LimitExceeded: 'a quota of the account is used up; make room or have it raised',
  AWSOrganizationsNotInUse: 'the account is in no organisation; name the members one by one',
  UnmodifiableEntity: 'only the AWS service that owns it can change it; remove it through that service',
};

const NO_ENTRY =
  "let the worker's principal assume the role (both policies: docs/clouds/aws.md); where the role's trust demands sts:ExternalId, name that as aws.externalId";

/** TLS faults of Node: the certificate chain is not trusted. */
const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|CERT_HAS_EXPIRED|ERR_TLS_.*)$/;

/** Pure: how a failed call to STS or IAM is to be taken. Whatever is not known is blocked as `Unknown`, never swallowed. */
export function classify(error: unknown): FailureClass {
  if (error instanceof RefusedError) return error.failure;
  const line = scrub(error);
  const blocked = (code: string, words: string): FailureClass => ({ kind: 'blocked', code, message: `${code}: ${words}` });
  const retry = (code: string, words: string): FailureClass => ({
    kind: 'retry',
    code,
    message: `${code}: ${words}`,
    ...retryAfter(error),
  });
  // The wire has taken it for gone wherever that is what it means.
  if (isGone(error)) return blocked('NotFound', `${line}; look at it`);
  // The client goes by AWS's clock from now on.
  if (((error ?? {}) as SdkError).$metadata?.clockSkewCorrected) return retry('ClockSkew', "the worker's clock differs from that of AWS");
  const codes = codesOf(error);
  for (const code of codes) {
    const mend = code === 'AccessDenied' && line.includes('sts:AssumeRole') ? NO_ENTRY : own(BLOCKED, code);
    if (mend !== undefined) return blocked(code, `${quotable(code) ? `${line}; ` : ''}${mend}`);
  }
  for (const code of codes) {
    const words = own(RETRY, code);
    if (words !== undefined) return retry(code, words);
  }
  const untrusted = codes.find((c) => UNTRUSTED.test(c));
  if (untrusted)
    return blocked(untrusted, "the endpoint's certificate is not trusted; name its authority in NODE_EXTRA_CA_CERTS or mend the endpoint");
  const status = statusOf(error);
  if (status === 429) return retry('TooManyRequests', 'AWS asks to slow down');
  if (status !== undefined && status >= 500) return retry(`Http${status}`, 'AWS failed to answer');
  const message = `${codes[0] ?? 'an error without a name'}: ${line}; look at it`;
  return { kind: 'blocked', code: 'Unknown', message };
}

/** Whether, and for how long, AWS asks to slow down. Pure. */
export function throttledOf(error: unknown): Throttled | undefined {
  const failure = classify(error);
  return failure.kind === 'retry' && THROTTLED.has(failure.code) ? { pauseMs: failure.retryAfterMs } : undefined;
}

/** A table's own entry: a code that came over the wire may be named as what every object has. */
const own = (table: Record<string, string>, code: string): string | undefined => (Object.hasOwn(table, code) ? table[code] : undefined);

/** Errors about signatures quote the canonical request, session token and all. */
function quotable(code: string): boolean {
  return ['AccessDenied', 'ValidationError', 'InvalidInput', 'LimitExceeded', 'CredentialsProviderError'].includes(code);
}

interface SdkError {
  name?: unknown;
  Code?: unknown;
  code?: unknown;
  cause?: unknown;
  errors?: unknown;
  $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

/** Every name an error goes by, its causes' after its own: the SDK's class, the service's code, Node's code. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { name, Code, code, cause, errors } = error as SdkError;
  const own = [Code, code, name]
    .filter((c) => typeof c === 'string')
    .map((c) => (Object.hasOwn(RETRY, c) ? c : c.replace(/Exception$/, '')));
  const inner = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].flatMap((e) => codesOf(e, depth + 1));
  return [...own, ...inner];
}

function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = (error ?? {}) as SdkError;
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}

function retryAfter(error: unknown): { retryAfterMs?: number } {
  const value = ((error ?? {}) as SdkError).$response?.headers?.['retry-after'];
  const ms = value ? retryAfterOf(value, Date.now()) : undefined;
  return ms ? { retryAfterMs: ms } : {};
}

/** IAM's own word that something is not there; the SDK names the same error by code and by class. */
export function isGone(error: unknown): boolean {
  return isNamed(error, 'NoSuchEntity');
}

/** Whether an error of the SDK goes by this name: as its class, with or without `Exception`, or as the service's code. */
export function isNamed(error: unknown, code: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, Code } = error as { name?: unknown; Code?: unknown };
  return name === `${code}Exception` || name === code || Code === code;
}

/** What AWS says of credentials that are over, or that were taken back. Source: IAM and STS API references, "Common Errors". */
const OVER = ['ExpiredToken', 'TokenRefreshRequired', 'InvalidClientTokenId', 'UnrecognizedClient'];

/** Whether AWS does not take the credentials of a call, or not any more. */
export function isOver(error: unknown): boolean {
  return OVER.some((code) => isNamed(error, code));
}

/** The answer, or undefined when IAM says that the thing is not there. */
export function orGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unlessGone(isGone, ask);
}

const LONGEST = 400;

/** First line of an error's message without access keys, secret keys and session tokens. */
function scrub(error: unknown): string {
  const line = messageOf(error).split('\n', 1)[0] as string;
  return line
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}\b/g, '(access key)')
    .replaceAll(/[A-Za-z0-9+/=_-]{100,}/g, '(token)')
    .replaceAll(/(?<![A-Za-z0-9+/=_-])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=_-])/g, '(secret)')
    .slice(0, LONGEST);
}
