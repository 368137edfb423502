import { classify } from './classify.ts';

/** The call's answer, or undefined when Google says that the thing is not there. Every other error is let through. */
export async function orGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (classify(error).kind === 'gone') return undefined;
    throw error;
  }
}
