import type { Facts, Finding, Hold } from '../finding.ts';

/**
 * The guard of what the worker itself runs under: a role, a principal with what it holds, an application, a service account, a pool. Pure:
 * the reason why a plan leaves a finding in place, whatever an override says; undefined where it is not the worker's own.
 */
export function ourselves(
  { standsFor = [] }: Pick<Finding, 'standsFor'>,
  { ourselves = [] }: Pick<Facts, 'ourselves'>,
): string | undefined {
  const its = new Set(standsFor.map(normal));
  const own = ourselves.find((id) => its.has(normal(id)));
  return own === undefined ? undefined : `this worker runs under ${own}`;
}

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
