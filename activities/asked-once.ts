/** For so long an answer counts as of the same moment, in ms. */
const MOMENT_MS = 2_000;

/** A question that is asked for each name once within a moment; one that failed is asked again. */
export function askedOnce<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, { at: number; answer: Promise<T> }>();
  return (name) => {
    const before = asked.get(name);
    if (before && Date.now() - before.at <= MOMENT_MS) return before.answer;
    const now = { at: Date.now(), answer: ask(name) };
    asked.set(name, now);
    now.answer.catch(() => {
      if (asked.get(name) === now) asked.delete(name);
    });
    return now.answer;
  };
}
