import { ActivityFailure, CancellationScope, condition } from '@temporalio/workflow';

/** Work that a pause stops between items: the activity under way ends after its item, and says what it did not begin. */
export class BetweenItems {
  paused = false;
  readonly #scopes = new Set<CancellationScope>();

  pause(): void {
    this.paused = true;
    for (const scope of this.#scopes) scope.cancel();
  }

  resume(): void {
    this.paused = false;
  }

  /** Does work once nothing is paused, and again when a pause stopped it. The run's own cancellation goes through. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await condition(() => !this.paused);
      const result = await this.#interruptible(work);
      if (result !== 'interrupted') return result;
    }
  }

  async #interruptible<T>(work: () => Promise<T>): Promise<T | 'interrupted'> {
    const scope = new CancellationScope();
    this.#scopes.add(scope);
    try {
      return await scope.run(work);
    } catch (error) {
      // A pause may already be over, and a try that was stopped may have failed of its own: the scope tells who stopped it.
      if (scope.consideredCancelled && error instanceof ActivityFailure && !CancellationScope.current().consideredCancelled)
        return 'interrupted';
      throw error;
    } finally {
      this.#scopes.delete(scope);
    }
  }
}
