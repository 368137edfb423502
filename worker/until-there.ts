import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { messageOf } from '../model/errors.ts';

/** How long to wait after each try, in ms; the last for all that follow. */
const PAUSES_MS = [500, 1_000, 2_000, 5_000];
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Asks until there is an answer: machines that start together do not come up in an order. Whatever `mayCome` does not say of an error is thrown. A signal ends the process at once
 * meanwhile, since nothing is under way.
 */
export async function untilThere<T>(log: Logger, ask: () => Promise<T>, mayCome: (error: unknown) => boolean): Promise<T> {
  // The SDK's own handlers end workers only, and there is none yet.
  const leave = () => process.exit();
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    for (let tries = 0; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (!mayCome(error)) throw error;
        log.warn({ tries: tries + 1 }, `waits: ${messageOf(error)}`);
      }
      await sleep(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}
