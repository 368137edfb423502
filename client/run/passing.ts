import { isGrpcServiceError, QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { messageOf, OffboardError } from '../../model/errors.ts';

/** gRPC codes that the same question gets again: what was asked is wrong, not there, or not for whoever asks. */
const LASTING: ReadonlySet<number> = new Set([3, 5, 7, 12, 16]);

/** Why nobody answered for a run just now, in words: its worker starts anew, or the server is away; undefined where asking again helps nobody. */
export function passingReason(error: unknown): string | undefined {
  if (error instanceof OffboardError) return error.code === 'NoWorker' || error.code === 'NoServer' ? error.message : undefined;
  // A run whose first steps no worker has taken yet knows no question.
  if (error instanceof QueryNotRegisteredError) return error.message;
  const answer = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(answer) && !LASTING.has(answer.code) ? messageOf(answer) : undefined;
}

/**
 * Asks again and again for whoever follows a run: resolves to undefined as long as nobody answers, which `tell` hears once each time it begins. What lasts is
 * thrown.
 */
export function patiently(run: string, tell: (line: string) => void): <T>(ask: () => Promise<T>) => Promise<T | undefined> {
  let away = false;
  return async (ask) => {
    try {
      const answer = await ask();
      away = false;
      return answer;
    } catch (error) {
      const why = passingReason(error);
      if (why === undefined) throw error;
      if (!away) tell(`${run} does not answer just now (${why}); it is asked again until it does`);
      away = true;
      return undefined;
    }
  };
}
