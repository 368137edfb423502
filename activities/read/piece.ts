import { gzipSync } from 'node:zlib';

/** Of plain text in one piece, in bytes: what compresses well comes in few. */
export const MOST_PLAIN = 1_000_000;

/** Of base64 in one piece: with all around it a payload stays under 128 KB. */
export const MOST_DATA = 90_000;

/** Pure: as much of a text from a byte on as fits in one piece, and how many bytes that is: one at least, where there is one. */
export function pieceOf(text: Buffer, from: number): { data: string; bytes: number } {
  let bytes = Math.min(text.length - from, MOST_PLAIN);
  for (;;) {
    const data = gzipSync(text.subarray(from, from + bytes)).toString('base64');
    if (data.length <= MOST_DATA || bytes <= 1) return { data, bytes };
    bytes = Math.max(1, Math.floor(((bytes * MOST_DATA) / data.length) * 0.9));
  }
}
