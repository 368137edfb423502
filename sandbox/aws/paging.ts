import type { IamCall } from './call.ts';
import { AwsError } from './wire.ts';

const DEFAULT_PAGE = 25;
const LARGEST_PAGE = 100;

/**
 * One page of `items` by `Marker` and `MaxItems`. Items are ordered by `key`; the marker holds the last key sent, so that objects deleted
 * between two pages make none be skipped. Pages are smaller than AWS's, as it reserves itself: "IAM might return fewer results".
 */
export function page<T>(
  call: IamCall,
  items: T[],
  key: (item: T) => string,
): { items: T[]; more: { IsTruncated: boolean; Marker?: string } } {
  const size = Math.min(Number(call.parameters.get('MaxItems') ?? DEFAULT_PAGE), LARGEST_PAGE);
  if (!(size >= 1)) throw new AwsError(400, 'ValidationError', 'MaxItems is 1 to 1000');
  const marker = call.parameters.get('Marker');
  const after = marker === null ? '' : Buffer.from(marker, 'base64url').toString('utf8');
  const rest = items.filter((item) => key(item) > after).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const chosen = rest.slice(0, size);
  const last = chosen.at(-1);
  if (rest.length <= size || last === undefined) return { items: chosen, more: { IsTruncated: false } };
  return { items: chosen, more: { IsTruncated: true, Marker: Buffer.from(key(last)).toString('base64url') } };
}
