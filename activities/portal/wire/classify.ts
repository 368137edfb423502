import { classifierOf, isNotFound } from '../../microsoft/failure.ts';

const GONE = new Set(['NotFound']);

/** Whether the portal says that a configuration or a deletion is not there. */
export function isGone(error: unknown): boolean {
  return isNotFound(error, GONE);
}

/** How the portal's answer is to be taken. The answers to a one-time password are values, not errors (see clients.ts). */
export const classifyPortal = classifierOf({
  gone: GONE,
  mend: { TooManyAttempts: 'request the deletion again', OtpExpired: 'have the code sent again' },
  rights: 'give the worker the role Permissions Management Administrator',
});
