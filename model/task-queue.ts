/** Pure: the task queue that only workers poll whose records are the database of this identity. */
export function recordsQueue(taskQueue: string, store: string): string {
  return `${taskQueue}~${store}`;
}
