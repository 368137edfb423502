import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_MS = 1_000;
/** By how much less is tried, so that a cloud which has become quicker is found out. */
const SHORTER = 0.8;
/** After how many looks at the latest it is tried. */
const MOST_BETWEEN = 64;

/** One look after a call. */
export interface Turn {
  /** How long it has been waited for, in ms. */
  paused: number;
  /** Whether less than was enough lately is tried. */
  tries: boolean;
}

/**
 * How long after a call a cloud shows it: sooner nobody need look. Who looks first finds it out, and all who come meanwhile wait for that; later one at a time tries less,
 * the more seldom the oftener that was too early. Each look that comes too early is one call more, so they are not all to try at once.
 */
export class Pace {
  /** In ms; undefined until somebody saw a call shown. */
  #enough: number | undefined;
  #first: PromiseWithResolvers<void> | undefined;
  #pioneer: Turn | undefined;
  #trying = false;
  #between = 1;
  #left = 0;

  /** Waits until a look is worth its call. Whoever has a turn ends it by `over`. */
  async turn(): Promise<Turn> {
    const began = Date.now();
    if (this.#enough === undefined) {
      if (!this.#first) {
        this.#first = Promise.withResolvers();
        return (this.#pioneer = { paused: 0, tries: false });
      }
      await Promise.race([this.#first.promise, sleep(LONGEST_MS)]);
    }
    const enough = this.#enough ?? 0;
    const tries = enough > 0 && !this.#trying && --this.#left <= 0;
    if (tries) this.#trying = true;
    const pause = (tries ? enough * SHORTER : enough) - (Date.now() - began);
    if (pause > 0) await sleep(pause);
    return { paused: Date.now() - began, tries };
  }

  /** `shown`: how long after the call that was, in ms; undefined where it was not seen. `early`: more than this one look was needed. */
  over(turn: Turn, shown: number | undefined, early: boolean): void {
    if (turn.tries) {
      this.#trying = false;
      this.#between = early ? Math.min(this.#between * 2, MOST_BETWEEN) : 1;
      this.#left = this.#between;
      if (!early) this.#enough = turn.paused;
    } else if (shown !== undefined && (early || this.#enough === undefined)) {
      this.#enough = Math.max(this.#enough ?? 0, Math.min(shown, LONGEST_MS));
      this.#left = this.#between;
    }
    if (turn !== this.#pioneer) return;
    this.#first?.resolve();
    this.#first = undefined;
    this.#pioneer = undefined;
  }
}
