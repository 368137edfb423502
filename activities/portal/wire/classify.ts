import type { FailureClass } from '../../../model/errors.ts';
import { isNotFound, judgeCommon } from '../../microsoft/failure.ts';

const PERMISSION = 'give the worker the role Permissions Management Administrator';

const GONE = new Set(['NotFound']);

/** Whether the portal says that a configuration or a deletion is not there. */
export function isGone(error: unknown): boolean {
  return isNotFound(error, GONE);
}

/** Pure. How the portal's answer is to be taken. The answers to a one-time password are values, not errors (see clients.ts). */
export function classifyPortal(error: unknown, now?: number): FailureClass {
  const common = judgeCommon(error, now);
  if ('judged' in common) return common.judged;
  const { status, code, message } = common.refusal;
  if (isGone(error)) return { kind: 'blocked', code, message };
  // The next try gets a fresh token.
  if (status === 401 && code === 'ExpiredToken') return { kind: 'retry', code, message };
  if (code === 'TooManyAttempts') return { kind: 'blocked', code, message: `${message}; request the deletion again` };
  if (code === 'OtpExpired') return { kind: 'blocked', code, message: `${message}; have the code sent again` };
  if (status === 401 || status === 403) return { kind: 'blocked', code: code || `HTTP ${status}`, message: `${message}; ${PERMISSION}` };
  return { kind: 'blocked', code: 'Unknown', message: `HTTP ${status} ${code}: ${message}` };
}
