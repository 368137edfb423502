import { isRestError } from '@azure/core-rest-pipeline';
import { messageOf, type FailureClass } from '../../model/errors.ts';
import type { Hold } from '../../model/finding.ts';
import { NETWORK_CODES, RefusedError, retryAfterOf, unlessGone } from '../answer.ts';

/** What ARM, Graph or the portal answered, stripped of SDK classes: what their classifiers judge. */
interface Refusal {
  /** Absent when the call itself was not answered. */
  status?: number;
  /** The service's own error code; empty when the body had none. */
  code: string;
  message: string;
  retryAfterMs?: number;
}

/** With what the pipeline adds; `PARSE_ERROR`: the answer broke off within its body. */
const NETWORK = new Set([...NETWORK_CODES, 'REQUEST_SEND_ERROR', 'PARSE_ERROR']);

/** A listing of who is eligible: without the licence for Privileged Identity Management nobody is. */
export async function noneWithoutLicence<T>(list: () => Promise<T[]>): Promise<T[]> {
  return (await unlessGone((error) => isRestError(error) && error.code === 'AadPremiumLicenseRequired', list)) ?? [];
}

/**
 * Judges what is the same in every Entra-protected API: our own refusals to ask, the sign-in, the network, throttling, server faults.
 * Anything else comes back as a Refusal for the API's own table. Pure but for `now` (ms), against which a Retry-After date counts.
 */
export function judgeCommon(error: unknown, now = Date.now()): { judged: FailureClass } | { refusal: Refusal } {
  if (error instanceof RefusedError) return { judged: error.failure };
  const signIn = judgeSignIn(error);
  if (signIn) return { judged: signIn };
  // A call that our own time limit ended (see bounded), and a body that broke off where no length was told.
  if (error instanceof Error && (error.name === 'AbortError' || error instanceof SyntaxError))
    return { judged: { kind: 'retry', code: 'Unreachable', message: error.message } };
  if (!isRestError(error)) return { judged: { kind: 'blocked', code: 'Unknown', message: messageOf(error) } };
  const { statusCode: status, message } = error;
  const code = error.code ?? '';
  if (status === undefined) {
    return { judged: NETWORK.has(code) ? { kind: 'retry', code, message } : { kind: 'blocked', code: code || 'Unknown', message } };
  }
  const wait = retryAfterMs((name) => error.response?.headers.get(name), now);
  const hint = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429 || status === 408 || status >= 500)
    return { judged: { kind: 'retry', code: code || `HTTP ${status}`, message, ...hint } };
  return { refusal: { status, code, message, ...hint } };
}

/** In what the Entra-protected APIs differ. */
interface Api {
  /** Its own codes for "not there". */
  gone: ReadonlySet<string>;
  /** Codes that need a person, with what the person does. */
  mend: Record<string, string>;
  /** What a person does about any other refusal of a right. */
  rights: string;
  /** Whether the next try may do better: another change is over by then. */
  passes?(refusal: Refusal): boolean;
  /** What holds an item, by a guard that only the API's answer tells of. */
  held?(code: string, message: string): Hold | undefined;
}

/** An API's classifier, pure but for `now` (ms): how its answer to a failed call is to be taken. */
export function classifierOf({ gone, mend, rights, passes, held }: Api): (error: unknown, now?: number) => FailureClass {
  return (error, now) => {
    const common = judgeCommon(error, now);
    if ('judged' in common) return common.judged;
    const { status, code, message, retryAfterMs: wait } = common.refusal;
    if (passes?.(common.refusal) || isOver(common.refusal))
      return { kind: 'retry', code, message, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
    const hold = held?.(code, message);
    if (hold) return { kind: 'blocked', code: hold.code, message: hold.reason };
    if (isNotFound(error, gone)) return { kind: 'blocked', code: 'NotFound', message };
    const help = Object.hasOwn(mend, code) ? mend[code] : undefined;
    if (help !== undefined) return { kind: 'blocked', code, message: `${message}; ${help}` };
    if (status === 401)
      return { kind: 'blocked', code: 'TokenRefused', message: `${code === '' ? message : `${code}: ${message}`}; ${OWN_SIGN_IN}` };
    if (status === 403) return { kind: 'blocked', code: code || 'HTTP 403', message: `${message}; ${rights}` };
    return { kind: 'blocked', code: 'Unknown', message: `HTTP ${status} ${code}: ${message}` };
  };
}

const OWN_SIGN_IN = "the worker's token was refused: check that it signs in to this tenant";

/** Whether a token has just ended: the next call has a fresh one. ARM has a code for it; Graph and the portal say it in words. */
function isOver({ status, code, message }: Refusal): boolean {
  return status === 401 && (code.startsWith('Expired') || /expired|lifetime/i.test(message));
}

/** How long a service asks to wait, in ms: `x-ms-retry-after-ms` and `retry-after-ms`, else Retry-After in seconds or as a date. */
export function retryAfterMs(header: (name: string) => string | undefined, now: number): number | undefined {
  for (const name of ['x-ms-retry-after-ms', 'retry-after-ms']) {
    const ms = header(name);
    if (ms !== undefined && /^\d+$/.test(ms)) return Number(ms);
  }
  const value = header('retry-after');
  return value === undefined ? undefined : retryAfterOf(value, now);
}

/** Whether the API itself says that a thing is not there: 404 with one of its own codes, which no proxy's page has. */
export function isNotFound(error: unknown, codes: ReadonlySet<string>): boolean {
  return isRestError(error) && error.statusCode === 404 && codes.has(error.code ?? '');
}

/**
 * How Node, MSAL and Entra itself say that a token cannot be had just now; MSAL gives its own faults the status 400. What Entra refuses has Entra's own codes, which MSAL
 * lists as "Error(s)": an answer without them is somebody else's, such as a proxy's page.
 */
const UNREACHABLE =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|network_error|endpoints_resolution_error|post_request_failed|temporarily_unavailable|unknown_error|AADSTS90033)\b|Error\(s\): Not Available|Response had no "expiresOn"/;

/** @azure/identity's errors carry no common class over its credentials; their names are documented. */
function judgeSignIn(error: unknown): FailureClass | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name } = error;
  if (
    !['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError', 'AuthenticationRequiredError'].includes(name)
  ) {
    return undefined;
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  const unreachable = UNREACHABLE.test(error.message);
  if (unreachable || status === 429 || (status !== undefined && status >= 500)) {
    return { kind: 'retry', code: 'SignInUnavailable', message: 'Entra ID could not be reached for a token' };
  }
  return {
    kind: 'blocked',
    code: 'SignInFailed',
    message: `the worker could not sign in to Entra ID (${linksOf(error).map(reasonOf).join(' | ')}); check AZURE_TENANT_ID, AZURE_CLIENT_ID and its secret, certificate or managed identity`,
  };
}

/** What each credential of a chain says: which of them was meant to work, only the reader knows. */
function linksOf(error: Error): string[] {
  const errors = 'errors' in error && Array.isArray(error.errors) ? error.errors.filter((e) => e instanceof Error) : [];
  return errors.length > 0 ? errors.map((e) => e.message) : [error.message];
}

const LONGEST_REASON = 200;

/** Entra's own sentence where there is one, without its ids and times; else the first line, without where to read on. */
function reasonOf(message: string): string {
  const own = /AADSTS\d+: .*?(?= - |\n|$)/.exec(message)?.[0];
  const line = message.split('\n', 1)[0] ?? '';
  return (own ?? line.replace(/\s*To (?:troubleshoot|mitigate this issue), .*$/, '')).slice(0, LONGEST_REASON);
}
