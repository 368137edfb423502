/** Gives work to `commit` in groups: what comes in while one is under way makes the next one. Results come back in the order of the group. */
export class GroupCommit<T, R> {
  readonly #commit: (group: T[]) => Promise<R[]>;
  #waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  #busy = false;

  constructor(commit: (group: T[]) => Promise<R[]>) {
    this.#commit = commit;
  }

  /** Resolves when the item's group is committed; rejects when that failed: none of the group is written then. */
  add(item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // What is asked for in the same turn goes in one group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const results = await this.#commit(group.map((w) => w.item));
        for (const [i, { resolve }] of group.entries()) resolve(results[i] as R);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#busy = false;
  }
}
