import { setTimeout as sleep } from 'node:timers/promises';
import type { AtWork } from './at-work.ts';
import type { Tally } from './tally.ts';

/** From the start of a part to the next kill, in ms: a worker takes some two seconds to be at work. */
const SOONEST_MS = 1_500;
const LATEST_MS = 6_000;

/** As often as this the next kill comes only when the run is back at work: else what was hit would mostly be hit again before it could be seen how long that takes. */
const PATIENT = 1 / 2;

/** What may be killed. */
export interface Part {
  name: string;
  /** How often it is, beside the others. */
  share: number;
  /** Kills it, a kill that was taken, and starts it again; tells when that was begun, in ms, and nothing where it is no part that the run works by. */
  strike(): Promise<number | undefined>;
  /** Whether the workers use it again, where that does not show by what they do. */
  used?(): Promise<boolean>;
}

/** Kills parts at random moments and starts them again, and sees how long it takes until the run is back at work. */
export class Killer {
  /** Each time that was seen, from the start of what was killed, in ms. */
  readonly backAtWork: number[] = [];
  readonly #parts: readonly Part[];
  readonly #atWork: AtWork;
  readonly #tally: Tally;
  readonly #random: () => number;
  readonly #tell: (line: string) => void;

  constructor(parts: readonly Part[], atWork: AtWork, tally: Tally, random: () => number, tell: (line: string) => void) {
    this.#parts = parts;
    this.#atWork = atWork;
    this.#tally = tally;
    this.#random = random;
    this.#tell = tell;
  }

  /** Goes on as long as the tally does, or until it is stopped; what was killed is up again by then. */
  during(): { stop(): Promise<void> } {
    const over = new AbortController();
    const killing = this.#untilStopped(over.signal);
    // Told by `stop`.
    killing.catch(() => undefined);
    return {
      stop: async () => {
        over.abort();
        await killing;
      },
    };
  }

  async #untilStopped(over: AbortSignal): Promise<void> {
    let measured = Promise.resolve();
    let next = new AbortController();
    while (this.#tally.goesOn && !over.aborted) {
      await sleep(SOONEST_MS + this.#random() * (LATEST_MS - SOONEST_MS), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      if (!this.#tally.take()) continue;
      const part = this.#victim();
      const inHand = await this.#atWork.inHand();
      // What was hit before and is not back is waited for from this one's start on.
      next.abort();
      next = new AbortController();
      const since = await part.strike();
      if (since === undefined) continue;
      measured = this.#measure(part, inHand, since, AbortSignal.any([over, next.signal]));
      if (this.#random() < PATIENT) await measured;
    }
    await measured;
  }

  async #measure(part: Part, inHand: ReadonlySet<string>, since: number, over: AbortSignal): Promise<void> {
    if (inHand.size === 0) return;
    const back = await this.#atWork.again(inHand, since, () => part.used?.() ?? Promise.resolve(true), over);
    if (back === undefined) return;
    this.backAtWork.push(back - since);
    this.#tell(`back at work ${((back - since) / 1000).toFixed(1)} s after the ${part.name} was started again`);
  }

  #victim(): Part {
    let left = this.#random() * this.#parts.reduce((sum, p) => sum + p.share, 0);
    const found = this.#parts.find((p) => (left -= p.share) < 0) ?? this.#parts[0];
    if (!found) throw new Error('there is nothing to kill');
    return found;
  }
}
