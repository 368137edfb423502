/** An answer that holds as long as its key is the same: asked for once for each. */
export function onceEach<T>(keyNow: () => Promise<string>, ask: () => Promise<T>): () => Promise<T> {
  let known: { key: string; answer: Promise<T> } | undefined;
  return async () => {
    const key = await keyNow();
    if (known?.key === key) return await known.answer;
    const asked = { key, answer: ask() };
    known = asked;
    try {
      return await asked.answer;
    } catch (error) {
      if (known === asked) known = undefined;
      throw error;
    }
  };
}
