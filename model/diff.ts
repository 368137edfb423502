import { visible } from './visible.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from './finding.ts';

const SHOWN = 5;

/** Where two definitions differ, for a person: `path: before → after`, at most five, the rest counted. */
export function describeDiff(before: Json, after: Json): string {
  const lines = differences(before, after, '');
  const more = lines.length > SHOWN ? `; and ${lines.length - SHOWN} more` : '';
  return visible(lines.slice(0, SHOWN).join('; ')) + more;
}

/**
 * Pure: is `after` what is left of `before` once parts were taken away? Each field is the same, or a list or map of which entries are
 * missing and none is new or changed.
 */
export function isRemnant(after: Json, before: Json): boolean {
  if (!isObject(after) || !isObject(before)) return isDeepStrictEqual(after, before);
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].every((key) => isLess(after[key], before[key]));
}

function isLess(after: Json | undefined, before: Json | undefined): boolean {
  if (Array.isArray(after) && Array.isArray(before)) return after.every((a) => before.some((b) => isDeepStrictEqual(a, b)));
  if (isObject(after) && isObject(before)) return Object.entries(after).every(([key, value]) => isDeepStrictEqual(value, before[key]));
  return isDeepStrictEqual(after, before);
}

function differences(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
  }
  return [`${path || 'it'}: ${short(before)} → ${short(after)}`];
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
