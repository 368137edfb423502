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

/** Both together, by service and operation. */
export const plus = (one: Calls, other: Calls): Calls => combined(one, other, (a, b) => a + b);

/** What came since: of `later` what `earlier` does not have yet. */
export const minus = (later: Calls, earlier: Calls): Calls => combined(later, earlier, (a, b) => a - b);

function combined(one: Calls, other: Calls, of: (a: number, b: number) => number): Calls {
  const services = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...services].map((service) => {
      const [a, b] = [one[service] ?? {}, other[service] ?? {}];
      const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
      const counts = names.map((name) => [name, of(a[name] ?? 0, b[name] ?? 0)] as const);
      return [service, Object.fromEntries(counts.filter(([, n]) => n !== 0))];
    }),
  );
}
