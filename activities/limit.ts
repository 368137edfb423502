/** How often a service lets itself be asked, as its vendor publishes it: a bucket of `burst` calls that fills by `perSecond`. */
export type Quota = { burst: number; perSecond: number };

/** A call that waits its turn; times in ms. */
export interface Turn {
  /** Changes go before questions: what they were judged by grows old. */
  change: boolean;
  /** When it must have begun, at the latest, and until when the service may ask it to wait. */
  latest: number;
  patience: number;
  signal?: AbortSignal | undefined;
  /** What is thrown where it does not get its turn; `ms`: how long the service wants to be left alone. */
  refusal(ms: number): Error;
}
type Waiting = Turn & { go(): void; fail(error: Error): void };

/** So much of what is published: no clock and no network is exact. */
const BELOW = 0.95;
/** After a refusal the rate is so much of what it was. */
const SLOWER = 0.8;
/** The rate with each call that had to wait and was answered: it rises slowly around the rate that was refused last. */
const FASTER = { near: 1.0005, far: 1.02 };
/** A service that refuses still is asked no less often than this a second, or than is published: its pauses do the rest. */
const SLOWEST = 2;
/** Of the calls lately, the newest counting a tenth, so many were refused: the rate is not a little too high, but wrong, and what was asked a second tells. */
const WRONG = 0.15;
/** Pauses where the service names none, each twice the one before, in ms. */
const PAUSE_MS = { first: 500, longest: 30_000 };
/** What was not asked for so long begins anew, in ms. */
const FORGOTTEN_MS = 120_000;

/**
 * How often one key is asked, the way its cloud counts: a bucket of calls, and a queue of those that found it empty. A refusal makes all of them wait, and the rate go
 * down; it rises again slowly. Without a published quota there is no rate before the first refusal. `share`: of a published quota, from 0 to 1.
 */
export class Limit {
  readonly #quota: Quota | undefined;
  readonly #share: () => number;
  readonly #queue: Waiting[] = [];
  #rate = Infinity;
  #tokens = Infinity;
  #filledAt = Date.now();
  #pausedUntil = 0;
  #refusedLately = 0;
  /** Refusals in a row, the rate that was refused last, and when it went down. */
  #refused = { times: 0, rate: 0, at: 0 };
  /** Calls within a second, and within the one before. */
  #asked = { second: Math.floor(Date.now() / 1_000), calls: 0, before: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(quota: Quota | undefined, share: () => number) {
    this.#quota = quota && { burst: quota.burst * BELOW, perSecond: quota.perSecond * BELOW };
    this.#share = share;
    this.#beginAnew();
  }

  /** Undefined where it is its turn at once, else a promise of it. */
  turn(turn: Turn): Promise<void> | undefined {
    if (this.#queue.length === 0 && Date.now() - this.#asked.second * 1_000 > FORGOTTEN_MS) this.#beginAnew();
    if (this.#queue.length === 0 && this.wait() === 0) return this.#take();
    const { signal } = turn;
    const turned = Promise.withResolvers<void>();
    const waiting = { ...turn, go: turned.resolve, fail: turned.reject };
    const stop = () => this.#leave(waiting, 0);
    signal?.addEventListener('abort', stop);
    this.#queue.splice(turn.change ? this.#queue.findLastIndex((w) => w.change) + 1 : this.#queue.length, 0, waiting);
    if (signal?.aborted) stop();
    this.#goOn();
    return turned.promise.finally(() => signal?.removeEventListener('abort', stop));
  }

  /** How long who comes now waits, in ms; with `before`, who has so many before it. */
  wait(before = this.#queue.length): number {
    this.#fill();
    const missing = before + 1 - this.#tokens;
    return Math.ceil(Math.max(0, this.#pausedUntil - Date.now(), missing > 1e-6 ? (missing / this.#perSecond()) * 1_000 : 0));
  }

  /** The service refused a call that had its turn at `begun`, and asked for a pause of so many ms, or did not say how long. */
  refused(begun: number, pause?: number): void {
    const now = Date.now();
    this.#refusedLately = this.#refusedLately * 0.9 + 0.1;
    // What began before the rate went down tells nothing of the rate as it is now.
    if (begun >= this.#refused.at) {
      const asked = Math.max(this.#asked.calls, this.#asked.before);
      const rate = Number.isFinite(this.#rate) && this.#refusedLately < WRONG ? this.#rate : Math.min(this.#rate, asked);
      this.#refused = { times: this.#refused.times + 1, rate, at: now };
      this.#rate = Math.max(Math.min(SLOWEST, this.#quota?.perSecond ?? SLOWEST), rate * SLOWER);
    }
    const own = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** (this.#refused.times - 1)) * (0.75 + Math.random() / 2);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (pause ?? own));
    this.#tokens = Math.min(this.#tokens, 0);
    this.#goOn();
  }

  /** The service took a call that had its turn at `begun`. `waited`: for its turn. `remaining`: how many more the service says that it takes. */
  answered(begun: number, waited: boolean, remaining = Infinity): void {
    this.#tokens = Math.min(this.#tokens, remaining);
    this.#refusedLately *= 0.9;
    if (begun < this.#refused.at) return;
    this.#refused.times = 0;
    const faster = Math.abs(this.#rate / this.#refused.rate - 1) < 0.1 ? FASTER.near : FASTER.far;
    if (waited) this.#rate = Math.min(this.#quota?.perSecond ?? Infinity, this.#rate * faster);
  }

  #beginAnew(): void {
    this.#rate = this.#quota?.perSecond ?? Infinity;
    this.#tokens = this.#quota?.burst ?? Infinity;
    this.#refused = { times: 0, rate: 0, at: 0 };
  }

  #perSecond(): number {
    return this.#rate * (this.#quota ? this.#share() : 1);
  }

  /** Nothing fills the bucket while the service wants to be left alone. */
  #fill(): void {
    const now = Date.now();
    const since = Math.max(this.#filledAt, Math.min(now, this.#pausedUntil));
    const filled = now > since ? this.#tokens + ((now - since) / 1_000) * this.#perSecond() : this.#tokens;
    this.#tokens = Math.min(filled, Math.max(1, this.#quota ? this.#quota.burst * this.#share() : this.#rate));
    this.#filledAt = now;
  }

  #take(): undefined {
    this.#tokens--;
    const second = Math.floor(Date.now() / 1_000);
    const { second: last, calls } = this.#asked;
    this.#asked = second === last ? { ...this.#asked, calls: calls + 1 } : { second, calls: 1, before: second === last + 1 ? calls : 0 };
  }

  #leave(waiting: Waiting, ms: number): void {
    const at = this.#queue.indexOf(waiting);
    if (at >= 0) this.#queue.splice(at, 1);
    waiting.fail(waiting.refusal(ms));
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const until = Math.max(now, this.#pausedUntil);
    for (const waiting of this.#queue.filter((w) => until > Math.min(w.latest, Math.max(now, w.patience))))
      this.#leave(waiting, until - now);
    while (this.#queue.length > 0 && this.wait(0) === 0) {
      this.#take();
      this.#queue.shift()?.go();
    }
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#goOn(), this.wait(0));
  }
}
