/** Runs `work` for each value, `most` at a time. Ends with the first error. */
export async function together<T>(values: readonly T[], most: number, work: (value: T) => Promise<void>): Promise<void> {
  const queue = values.values();
  const worker = async (): Promise<void> => {
    for (const value of queue) await work(value);
  };
  await Promise.all(Array.from({ length: Math.min(most, values.length) }, worker));
}
