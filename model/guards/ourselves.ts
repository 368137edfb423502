import type { Facts, Finding } from '../finding.ts';

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

/** No cloud tells two identities apart by case. A role's path may be written with or without its first slash. */
function normal(id: string): string {
  return id.replace(/^\//, '').toLowerCase();
}
