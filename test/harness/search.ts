import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyRing } from '../../security/keys.ts';
import { readPayload } from '../../security/payload.ts';
import proto from '@temporalio/proto';

/** A place where a secret could have been left, as the bytes that lie there. */
export type Place = [name: string, bytes: Buffer];

/** Every file of a folder, or one file, as it lies on disk. */
export function placesOnDisk(path: string): Place[] {
  if (!statSync(path).isDirectory()) return [[path, readFileSync(path)]];
  return readdirSync(path).flatMap((name) => placesOnDisk(join(path, name)));
}

type History = proto.temporal.api.history.v1.IHistory;

/** A history on the wire, its payloads as they stand in it, and its payloads as their keys decode them. */
export function placesInHistory(history: History, ring: KeyRing): { raw: Place[]; decoded: Place[] } {
  const payloads = payloadsIn(history);
  const decoded = payloads.map((payload) => readPayload(ring, payload).payload);
  const named = (p: proto.temporal.api.common.v1.IPayload, i: number): Place => [`payload ${i}`, Buffer.from(p.data ?? [])];
  const wire = Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish());
  return { raw: [['history on the wire', wire], ...payloads.map(named)], decoded: decoded.map(named) };
}

/** Every payload of a history, wherever in its events. */
export function payloadsIn(value: unknown): proto.temporal.api.common.v1.IPayload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('data' in value && 'metadata' in value) return [value as proto.temporal.api.common.v1.IPayload];
  return Object.values(value).flatMap(payloadsIn);
}

/**
 * Names of the places that hold a text: plain, as UTF-16, in hex, or in Base64, twice if need be. Digits that merely run on, as in a
 * hash or a timestamp, do not count.
 */
export function placesWith(text: string, places: Place[]): string[] {
  const forms = [Buffer.from(text, 'utf16le').toString('latin1'), Buffer.from(text).toString('hex')];
  const found = places.filter(([, bytes]) => {
    const latin = bytes.toString('latin1');
    return forms.some((form) => latin.includes(form)) || [latin, ...unwrapped(latin, 2)].some((layer) => holds(layer, text));
  });
  return found.map(([name]) => name);
}

function holds(haystack: string, text: string): boolean {
  for (let at = haystack.indexOf(text); at >= 0; at = haystack.indexOf(text, at + 1)) {
    const around = (haystack[at - 1] ?? ' ') + (haystack[at + text.length] ?? ' ');
    if (!/[\dA-Za-z]/.test(around)) return true;
  }
  return false;
}

/** What decodes from Base64 in a text, at each alignment: neighbours may look like a part of it. */
function unwrapped(latin: string, depth: number): string[] {
  if (depth === 0) return [];
  const runs = latin.match(/[\w+/-]{8,}={0,2}/g) ?? [];
  const inner = runs.flatMap((run) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')));
  return [...inner, ...unwrapped(inner.join('\n'), depth - 1)];
}
