import type { Decided, Word } from '../decided.ts';

/** From here on what was decided about an item rests on this word. */
export function restOn(decided: Decided, item: string, word: Word): void {
  decided.words.set(item, word);
  decided.reopened.delete(item);
}
