import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { FAILURES, type ErrorCode } from '../../model/errors.ts';
import type { NextStep } from '../../model/next-step.ts';
import { isProof } from '../../model/statement/proof-shape.ts';
import { isVisible, visible } from '../../model/visible.ts';
import { troubleIn } from '../records.ts';

/** Refuses a message before anything is written to history: `details` are its ErrorCode and what may be typed next. */
export function refuse(code: ErrorCode, message: string, ...next: readonly NextStep[]): never {
  throw refusal(code, message, ...next);
}

export function refusal(code: ErrorCode, message: string, ...next: readonly NextStep[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FAILURES.refused, code, next);
}

/** An activity's refusal as the update's own failure, so that the client sees its message and code; others go on as they are. */
export function refusalOf(error: unknown): unknown {
  const trouble = troubleIn(error);
  if (trouble) return refusal('NoRecords', `${trouble.what} (${trouble.where}); ${trouble.mend}; then say it again`);
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return refusal('CloudUnavailable', 'no answer came in time; try again');
  if (!(cause instanceof ApplicationFailure)) return error;
  if (cause.type === FAILURES.refused) return ApplicationFailure.nonRetryable(cause.message, FAILURES.refused, ...(cause.details ?? []));
  if (cause.type === FAILURES.cloudUnavailable) return refusal('CloudUnavailable', `${cause.message}; try again`);
  return error;
}

/** Characters of a field of a message. */
const LONGEST = 4_000;

/** Fields of text that a message may leave out. */
const OPTIONAL = ['by', 'reason', 'ticket', 'statement'];

/** The fields every message needs, as text that is not empty; what it may leave out has its shape where it is there: whoever records it takes nothing else. Throws Refused. */
export function needTexts(message: unknown, ...fields: string[]): void {
  const record = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  for (const field of new Set([...fields, ...OPTIONAL])) {
    const value = record[field];
    // A sealed code is the longest of what is said.
    if (typeof value === 'string' && value.length > LONGEST)
      refuse('InvalidValue', `${field}: is longer than ${LONGEST} characters; write it shorter`);
    if (typeof value === 'string' && !isVisible(value))
      refuse('InvalidValue', `${field}: holds what is not seen: ${visible(value)}; write it without that, in one line`);
  }
  for (const field of fields) {
    if (!isSaid(record[field])) refuse('InvalidValue', `${field}: is missing; write it as text`);
  }
  for (const field of OPTIONAL) {
    const value = record[field];
    if (value !== undefined && !isSaid(value)) refuse('InvalidValue', `${field}: is no text; write it as text, or leave it out`);
  }
  if (record['proof'] !== undefined && !isProof(record['proof']))
    refuse('ProofWrong', 'proof: is no statement with its signature or ID token; have the CLI make it');
}

/** Ids that a message names. */
export const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((id) => typeof id === 'string');

const isSaid = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
