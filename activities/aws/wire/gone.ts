import { unlessGone } from '../../answer.ts';

/** IAM's own word that something is not there; the SDK names the same error by code and by class. */
export function isGone(error: unknown): boolean {
  return isNamed(error, 'NoSuchEntity');
}

/** Whether an error of the SDK goes by this name: as its class, with or without `Exception`, or as the service's code. */
export function isNamed(error: unknown, code: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, Code } = error as { name?: unknown; Code?: unknown };
  return name === `${code}Exception` || name === code || Code === code;
}

/** The answer, or undefined when IAM says that the thing is not there. */
export function orGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  return unlessGone(isGone, ask);
}
