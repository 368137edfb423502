/** All at once, like Promise.all, but never leaves one running behind when another fails. */
export async function together(tasks: (() => Promise<unknown>)[]): Promise<void> {
  const results = await Promise.allSettled(tasks.map((task) => task()));
  const failed = results.find((r) => r.status === 'rejected');
  if (failed) throw failed.reason;
}
