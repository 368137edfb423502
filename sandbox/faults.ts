import type { SandboxResponse } from './service.ts';

const SEED = 20_260_401;

/** Faults as every cloud has them now and then: of all calls a share is answered `503`, by chance, in the same places each time. */
export class Faults {
  #rate = 0;
  #random = randomFrom(SEED);

  /** `rate`: from 0 (none, as at first) to 1. */
  set(rate: number): void {
    this.#rate = rate;
    this.#random = randomFrom(SEED);
  }

  /** The answer in place of the service's; undefined where that may answer. */
  next(): SandboxResponse | undefined {
    if (this.#rate === 0 || this.#random() >= this.#rate) return undefined;
    return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'the service is unavailable for a moment' };
  }
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
