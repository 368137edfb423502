import type { Calls } from '../sandbox/calls.ts';

const SHOWN_BY_SERVICE: readonly string[] = ['mail'];

/** How many calls the clouds were asked, all services together; the mailbox is no cloud. */
export function countCalls(calls: Calls): number {
  return Object.entries(calls)
    .filter(([service]) => !SHOWN_BY_SERVICE.includes(service))
    .reduce((sum, [, operations]) => sum + countOf(operations), 0);
}

/** How many calls AWS's IAM was asked. */
export function countIam(calls: Calls): number {
  return countOf(calls['iam'] ?? {});
}

const countOf = (operations: Record<string, number>) => Object.values(operations).reduce((sum, n) => sum + n, 0);
