/**
 * What a worker's codec puts in the place of a payload that was not encrypted for just this workflow. Whoever takes the value sees it and decides: a
 * message is refused and counted, a start ends its run.
 */
export interface MarkedPayload {
  [MARK]: Mark;
}

export type Mark =
  /** Nobody encrypted it: whoever may write to the namespace may have sent it. `taken`: whether the worker's policy lets such messages in. */
  | { reason: 'plain'; taken: boolean; value?: unknown }
  /** No key of the worker opens it, or it was changed, or holds no value. */
  | { reason: 'unreadable' }
  /** It was encrypted for another workflow, and copied. */
  | { reason: 'elsewhere' };

const MARK = 'mepm-offboard:mark';

export const marked = (mark: Mark): MarkedPayload => ({ [MARK]: mark });

/** The mark of a value that was decoded; undefined for one that was encrypted for its workflow. */
export function markOf(value: unknown): Mark | undefined {
  if (typeof value !== 'object' || value === null || !(MARK in value)) return undefined;
  return (value as MarkedPayload)[MARK];
}

/** Why it is refused, after "it". */
export function markWords({ reason }: Mark): string {
  switch (reason) {
    case 'plain':
      return 'is not encrypted';
    case 'unreadable':
      return 'cannot be read with the keys of the worker';
    case 'elsewhere':
      return 'was encrypted for another workflow';
  }
}
