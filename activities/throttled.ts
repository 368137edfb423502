/** How a service said that it is asked too often. */
export interface Throttled {
  /** How long it asks to wait, in ms; absent where it does not say. */
  pauseMs?: number | undefined;
}

const errors = new WeakSet<object>();

/** Keeps of an error that a service said by it that it is asked too often. */
export function keepThrottled(error: unknown): void {
  if (typeof error === 'object' && error !== null) errors.add(error);
}

/** Whether a service refused by this error because it is asked too often: the next call waits its turn (`limited`). */
export function isThrottled(error: unknown): boolean {
  return typeof error === 'object' && error !== null && errors.has(error);
}
