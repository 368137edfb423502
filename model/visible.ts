/**
 * What is not seen, or changes how other text is seen: control characters (line breaks and terminal escapes among them), format characters (bidi,
 * zero-width, tags), separators of lines and paragraphs, fillers, halves of surrogate pairs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;
const IS_UNSEEN = new RegExp(UNSEEN.source, 'u');

/** Pure: text from outside as it is shown: what is not seen stands as `\u202e`. For what is shown alone: what is compared or sent to a cloud stays as it is. */
export function visible(text: string): string {
  return IS_UNSEEN.test(text) ? text.replaceAll(UNSEEN, escaped) : text;
}

/** Pure: the same for text of our own in lines, which the names in it cannot break any more; JSON stays the same JSON. */
export function visibleLines(text: string): string {
  return IS_UNSEEN.test(text) ? text.replaceAll(UNSEEN, (c, at: number) => (isLayout(c, at, text) ? c : escaped(c))) : text;
}

export function isVisible(text: string): boolean {
  return !IS_UNSEEN.test(text);
}

/** Pure: each text of a value as it is shown. For values that are shown alone. */
export function visibleIn<T>(value: T): T {
  return (
    typeof value === 'string'
      ? visible(value)
      : Array.isArray(value)
        ? value.map((v: unknown) => visibleIn(v))
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, visibleIn(v as unknown)]))
          : value
  ) as T;
}

/** Pure: whether all texts of a JSON value can be written down: none holds half of a surrogate pair. */
export function isUnicode(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, v]) => key.isWellFormed() && isUnicode(v));
}

/** As JSON writes it: UTF-16, so two for what lies beyond the first plane. */
function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}

/** Line breaks, also as CSV has them, and tabulators. */
function isLayout(character: string, at: number, text: string): boolean {
  return character === '\n' || character === '\t' || (character === '\r' && text[at + 1] === '\n');
}
