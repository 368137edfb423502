/** How often what was killed, and how many kills there are still to be. */
export class Tally {
  readonly by: Record<string, number> = {};
  #left: number;
  /** Taken, and not done yet. */
  #taken = 0;
  readonly #tell: (line: string) => void;

  constructor(most: number, tell: (line: string) => void) {
    this.#left = most;
    this.#tell = tell;
  }

  get kills(): number {
    return Object.values(this.by).reduce((a, b) => a + b, 0);
  }

  get goesOn(): boolean {
    return this.#left + this.#taken > 0;
  }

  /** Whether there is one more kill for whoever asks: then it is `done`, or given `back`. */
  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    this.#taken++;
    return true;
  }

  back(): void {
    this.#left++;
    this.#taken--;
  }

  /** `more`: how far it had come. */
  done(part: string, more = ''): void {
    this.#taken--;
    this.by[part] = (this.by[part] ?? 0) + 1;
    this.#tell(`kill ${this.kills}: the ${part}${more}`);
  }
}
