import type { ErrorCode } from './errors.ts';
import { RUN, step, type NextStep } from './next-step.ts';

/** What a pure judgement says: it may stand, or why not, and what may be typed about that. */
export type Verdict = { ok: true } | Refusal;

interface Refusal {
  ok: false;
  code: ErrorCode;
  message: string;
  next?: NextStep[];
}

export const refuse = (code: ErrorCode, message: string, ...next: NextStep[]): Refusal => ({
  ok: false,
  code,
  message,
  ...(next.length > 0 ? { next } : {}),
});

/** Shows what is open, what waits and what is in quarantine. */
export const LOOK = step('status', RUN);
