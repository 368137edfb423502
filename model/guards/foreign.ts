import type { Finding } from '../finding.ts';
import { compare } from '../removal-order.ts';

/** How everything begins that is said of a thing which only the manifest's word connects with Permissions Management. */
export const NOT_RECOGNISED = "NOT RECOGNISED AS MEPM's";

/**
 * Pure: ids of the things that nothing but the manifest's word connects with Permissions Management. Something ours for certain that uses such a
 * thing connects it, too; things that are as doubtful themselves agree about nothing.
 */
export function foreignAmong(findings: readonly Finding[]): Set<string> {
  const proving = findings.filter((f) => f.confidence === 'certain' && !isDoubted(f));
  const used = new Set(proving.flatMap((f) => f.uses));
  return new Set(findings.filter((f) => f.onlyNamed && !f.provides.some((t) => used.has(t))).map((f) => f.id));
}

/** Why a thing that is foreign stays. `allowed`: the worker's policy lets an override remove it all the same. */
export function foreignStays(why: readonly string[], allowed: boolean): string {
  const mend = allowed
    ? 'to remove it all the same, name it under overrides with a reason'
    : "the worker's policy does not allow foreign things (foreignThings), whatever overrides say";
  return `${NOT_RECOGNISED}: nothing else connects it with Permissions Management (${why.join('; ')}); ${mend}`;
}

/** What an approver reads first: the foreign things that an override would take away, and those that the worker's policy keeps. */
export function foreignWarnings(foreign: readonly { id: string; title: string; goes: boolean }[]): string[] {
  return foreign
    .toSorted((a, b) => compare(a.id, b.id))
    .map(({ id, title, goes }) =>
      goes
        ? `${NOT_RECOGNISED}: ${title} (${id}) goes on the word of the manifest and of its override alone; make sure whose it is before you approve`
        : `${NOT_RECOGNISED}: ${title} (${id}) stays although an override names it: the worker's policy does not allow foreign things`,
    );
}

function isDoubted({ hold }: Finding): boolean {
  return [hold, ...(hold?.parts ?? [])].some((h) => h?.code === 'Doubt');
}
