import type { Facts, Finding, Hold } from '../finding.ts';

const NOBODY: string[] = [];

/**
 * The guard of what the worker itself runs under: a role, a principal with what it holds, an application, a service account, a pool. Pure:
 * the reason why a plan leaves a finding in place, whatever an override says; undefined where it is not the worker's own.
 */
export function ourselves(finding: Pick<Finding, 'standsFor'>, { ourselves = NOBODY }: Pick<Facts, 'ourselves'>): string | undefined {
  const [own] = ownAmong([finding], ourselves);
  return own === undefined ? undefined : `this worker runs under ${own}`;
}

/** Pure: those of `ourselves` that one of some findings stands for, in their order. */
export function ownAmong(findings: readonly Pick<Finding, 'standsFor'>[], ourselves: readonly string[]): string[] {
  const names = namesOf(ourselves);
  const places = new Set(findings.flatMap(({ standsFor = [] }) => standsFor.flatMap((id) => names.get(normal(id)) ?? [])));
  return [...places].toSorted((a, b) => a - b).flatMap((place) => ourselves[place] ?? []);
}

/** Where each name stands first. Every account has some, and every finding asks: it is made once for each list, which nobody changes. */
function namesOf(ourselves: readonly string[]): ReadonlyMap<string, number> {
  const before = known.get(ourselves);
  if (before) return before;
  const places = new Map(ourselves.map((id, place) => [normal(id), place] as const).toReversed());
  known.set(ourselves, places);
  return places;
}

const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** Code of what the worker runs under, where a person can do something about it. */
export const OURSELVES = 'Ourselves';

/** The same as a guard that no override lifts, of what a person can do something about: undefined of anything else. */
export function heldAsOwn(finding: Pick<Finding, 'standsFor' | 'ownStep'>, facts: Pick<Facts, 'ourselves'>): Hold | undefined {
  const own = ourselves(finding, facts);
  if (own === undefined || finding.ownStep === undefined) return undefined;
  return { code: OURSELVES, reason: `${own}: ${finding.ownStep}`, keeps: 'way' };
}

/** No cloud tells two identities apart by case. A role's path may be written with or without its first slash. */
function normal(id: string): string {
  return id.replace(/^\//, '').toLowerCase();
}
