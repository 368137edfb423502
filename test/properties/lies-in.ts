import type { Finding } from '../../model/finding.ts';

/** Whether a thing goes when another goes. */
export function liesIn(thing: Pick<Finding, 'id' | 'within'>, container: Pick<Finding, 'contains' | 'provides'>): boolean {
  return container.contains?.includes(thing.id) === true || thing.within?.some((t) => container.provides.includes(t)) === true;
}
