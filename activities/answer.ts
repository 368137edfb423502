import type { FailureClass } from '../model/errors.ts';
import { isSignInCode } from '../model/sign-in.ts';
import { visible } from '../model/visible.ts';
import type { AnyCloud } from './cloud.ts';
import { isThrottled } from './throttled.ts';

/** What a cloud answered, or why it did not, as its classifier judges it. */
export type Answer<T> = { ok: true; value: T } | { ok: false; failure: FailureClass };

/** Asks a cloud once and throws nothing of what it answers. */
export async function answerOf<T>(cloud: Pick<AnyCloud, 'classify'>, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const failure = shown(cloud.classify(error));
    return { ok: false, failure: failure.kind === 'retry' && isThrottled(error) ? { ...failure, throttled: true } : failure };
  }
}

/** A cloud's own words are somebody's: they are shown, and judged by their code alone. */
const shown = (failure: FailureClass): FailureClass => ({ ...failure, code: visible(failure.code), message: visible(failure.message) });

/**
 * The answer, or how it was refused. What may be answered later is thrown, for the whole work to be tried again; so is a failed sign-in, which tells nothing of what was
 * asked about.
 */
export async function unlessRefused<T>(classify: (error: unknown) => FailureClass, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const failure = shown(classify(error));
    if (failure.kind === 'retry' || isSignInCode(failure.code)) throw error;
    return { ok: false, failure };
  }
}

/**
 * The answer, or undefined where `isGone` knows the cloud's own word for "not there" in the error. Every other error is let through: an error
 * never means gone.
 */
export async function unlessGone<T>(isGone: (error: unknown) => boolean, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Done, also where there is nothing to take away. As `unlessGone`. */
export async function doneOrGone(isGone: (error: unknown) => boolean, remove: () => Promise<unknown>): Promise<void> {
  await unlessGone(isGone, remove);
}

/** Whether what a call changes is there. As `unlessGone`. */
export async function isThere(isGone: (error: unknown) => boolean, change: () => Promise<unknown>): Promise<boolean> {
  return (await unlessGone(isGone, async () => ({ done: await change() }))) !== undefined;
}

/** Why the product itself does not do what was asked, or cannot ask a cloud at all; each classifier takes it as it stands. Codes: docs/guards.md. */
export class RefusedError extends Error {
  readonly code: string;
  readonly kind: FailureClass['kind'];
  constructor(code: string, message: string, kind: FailureClass['kind'] = 'blocked') {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    this.kind = kind;
  }

  get failure(): FailureClass {
    const { kind, code, message } = this;
    return { kind, code, message };
  }
}

/** The same, and the next try may do better, after `retryAfterMs` where that is known. */
export class NotYetError extends RefusedError {
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, retryAfterMs?: number) {
    super(code, message, 'retry');
    this.retryAfterMs = retryAfterMs;
  }

  override get failure(): FailureClass {
    const { code, message, retryAfterMs } = this;
    return { kind: 'retry', code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
}

/** How long a Retry-After asks to wait, in ms from `now`: seconds or a date (RFC 9110, 10.2.3). Undefined where it is neither. */
export function retryAfterOf(value: string, now: number): number | undefined {
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.ceil(ms));
}

/** Node's own codes for a network that does not carry a call there and back. */
export const NETWORK_CODES: readonly string[] =
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH'.split(' ');
