import { setTimeout as sleep } from 'node:timers/promises';
import { asyncLocalStorage } from '@temporalio/activity';
import type { FailureClass } from '../model/errors.ts';
import { askingFor, STOPPED } from './limited.ts';
import { isThrottled } from './throttled.ts';

/** How long a question waits until it is asked again, in ms, each by up to half more or less, so that many do not come back together. */
const PAUSES_MS = [200, 500, 1_200, 2_500];
/** A service that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_MS = 15_000;
/** A pause of this length is worth a line in the log. */
const TOLD_MS = 2_000;

/** Where nobody listens: no bad moment, as a rule, but an outage, which is waited for by Temporal's own retry. */
const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Node's code stands in the error or in one of its causes. */
function isAway(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if ('code' in at && AWAY.has(String(at.code))) return true;
  return false;
}

/**
 * Asks a service one question, and a few times more where `judge` says that the next try may be answered; a service's own Retry-After counts. Throws what the last try
 * threw. Within an activity a service that asks to slow down uses up no try: the next one waits its turn (`limited`). Only for calls that change nothing: a change is tried again by the engine alone, which knows how old its last look is. Ends at once when the activity it is asked
 * for is to stop.
 */
export async function askAgain<T>(judge: (error: unknown) => FailureClass, ask: () => Promise<T>): Promise<T> {
  const activity = asyncLocalStorage.getStore();
  const once = async (): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isThrottled(error) || !activity || activity.cancellationSignal.aborted) throw error;
      }
    }
  };
  const end = performance.now() + askingFor();
  for (const [round, pause] of PAUSES_MS.entries()) {
    try {
      return await once();
    } catch (error) {
      const failure = judge(error);
      if (failure.kind !== 'retry' || failure.code === STOPPED || (round > 0 && isAway(error)) || performance.now() > end) throw error;
      const wait = failure.retryAfterMs ?? Math.round(pause * (0.5 + Math.random()));
      if (wait > LONGEST_MS || activity?.cancellationSignal.aborted) throw error;
      if (wait >= TOLD_MS) activity?.log.info('waits before it asks again', { ms: wait, code: failure.code });
      await sleep(wait, undefined, activity ? { signal: activity.cancellationSignal } : {}).catch(() => {
        throw error;
      });
    }
  }
  return await once();
}
