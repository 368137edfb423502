/**
 * The answer, or undefined where `isGone` knows the cloud's own word for "not there" in the error. Every other error is let through: an error
 * never means gone.
 */
export async function unlessGone<T>(isGone: (error: unknown) => boolean, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
