import { visible } from './visible.ts';

/** Pure: text from outside as Markdown that shows it and is nothing else: no link, no code, no HTML. */
export function plain(text: string): string {
  return visible(text)
    .replaceAll(/[\\`*_[\]<>|~&]/g, '\\$&')
    .replaceAll('://', '\\://')
    .replaceAll(/www\./gi, (www) => `${www.slice(0, -1)}\\.`);
}

/** Pure: a sentence of ours, in which commands stand between backticks and names from outside anywhere. `shape` is given each part as it will stand. */
export function sentence(text: string, shape: (part: string) => string = (part) => part): string {
  const parts = text.split('`');
  const last = parts.length - 1;
  // One that nothing closes is a character like any other.
  // Two codes side by side would be one.
  const between = (part: string, i: number) => (part === '' && i > 0 && i < last ? ' ' : shape(plain(part)));
  return parts.map((part, i) => (i % 2 === 0 ? between(part, i) : i < last ? code(part) : `\\\`${shape(plain(part))}`)).join('');
}

/** Pure: text from outside as code, in a fence that nothing in it closes. */
export function code(text: string, shape: (shown: string) => string = (shown) => shown): string {
  if (text === '') return '';
  const shown = shape(visible(text));
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${room}${shown}${room}${fence}`;
}
