import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURES, type ErrorCode } from '../../model/errors.ts';
import type { NextStep } from '../../model/next-step.ts';

/** Refuses a message before anything is written to history: `details` are its ErrorCode and what may be typed next. */
export function refuse(code: ErrorCode, message: string, ...next: readonly NextStep[]): never {
  throw refusal(code, message, ...next);
}

export function refusal(code: ErrorCode, message: string, ...next: readonly NextStep[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FAILURES.refused, code, next);
}

/** The fields every message needs, as text that is not empty. Throws Refused. */
export function needTexts(message: unknown, ...fields: string[]): void {
  const record = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  for (const field of fields) {
    const value = record[field];
    if (typeof value !== 'string' || value.trim() === '') refuse('InvalidValue', `${field}: is missing; write it as text`);
  }
}
