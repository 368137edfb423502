const TRIES = 3;

/**
 * Runs `work` for each value, `most` at a time. Ends with the first error. A connection that was kept open may be closed by the server just as it is used: that is tried again, as
 * the SDKs by themselves would.
 */
export async function together<T>(values: readonly T[], most: number, work: (value: T) => Promise<void>): Promise<void> {
  const queue = values.values();
  const worker = async (): Promise<void> => {
    for (const value of queue) await again(() => work(value));
  };
  await Promise.all(Array.from({ length: Math.min(most, values.length) }, worker));
}

async function again(work: () => Promise<void>): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ECONNRESET' || left === 1) throw error;
    }
  }
}
