import { isVisible } from './visible.ts';

/** A word for bash: left bare where nothing in it means anything to a shell, otherwise in single quotes; what is not seen stands as bytes. */
export function quote(word: string): string {
  if (!isVisible(word)) return `$'${[...new TextEncoder().encode(word)].map(byte).join('')}'`;
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** One byte within $'…', which the shell takes for itself in every locale. */
function byte(value: number): string {
  const character = String.fromCharCode(value);
  return /[\w@%+=:,./ -]/.test(character) ? character : `\\x${value.toString(16).padStart(2, '0')}`;
}
