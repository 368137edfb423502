/** IAM's own word that something is not there; the SDK names the same error by code and by class. */
export function isGone(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, Code } = error as { name?: unknown; Code?: unknown };
  return name === 'NoSuchEntityException' || name === 'NoSuchEntity' || Code === 'NoSuchEntity';
}

/** The answer, or undefined when IAM says that the thing is not there. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
