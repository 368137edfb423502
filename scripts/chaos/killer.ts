import { setTimeout as sleep } from 'node:timers/promises';
import type { Restartable, Stage } from '../../client/demo/stage.ts';

/** From the start of a part to the next kill, in ms: the worker takes some two seconds to be at work. */
const SOONEST_MS = 1_500;
const LATEST_MS = 6_000;

/** Kills the worker, or now and then the Temporal server, at random moments, and starts it again at once. */
export class Killer {
  kills = 0;
  readonly #stage: Stage;
  readonly #random: () => number;
  readonly #tell: (line: string) => void;

  constructor(stage: Stage, random: () => number, tell: (line: string) => void) {
    this.#stage = stage;
    this.#random = random;
    this.#tell = tell;
  }

  /** Goes on until `most` were killed, counted from the beginning of all, or until it is stopped; what was killed is up again by then. */
  during(most: number): { stop(): Promise<void> } {
    const over = new AbortController();
    const killing = this.#untilStopped(most, over.signal);
    // Told by `stop`.
    killing.catch(() => undefined);
    return {
      stop: async () => {
        over.abort();
        await killing;
      },
    };
  }

  async #untilStopped(most: number, over: AbortSignal): Promise<void> {
    while (this.kills < most && !over.aborted) {
      await sleep(SOONEST_MS + this.#random() * (LATEST_MS - SOONEST_MS), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const [name, victim] = this.#victim();
      this.kills++;
      this.#tell(`kill ${this.kills}: the ${name}`);
      await victim.kill();
      await victim.start();
    }
  }

  #victim(): [string, Restartable] {
    const { worker, temporal } = this.#stage;
    return temporal && this.#random() < 1 / 4 ? ['Temporal server', temporal] : ['worker', worker];
  }
}
