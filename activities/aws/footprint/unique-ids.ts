import type { Facts, Proof } from '../../../model/finding.ts';
import { isUniqueId } from './ids.ts';

type Told = Pick<Facts, 'awsById'> & { awsIds?: string[] };

/**
 * Pure: what trust policies name by unique id. AWS shows what is there by its ARN, so such an id is of something that was deleted; but that is known only where every
 * account was read (`allRead`) and no role or user of any has it. What an earlier plan knew to be deleted is, for good: no id is given twice.
 */
export function namedById(told: readonly Told[], allRead: boolean, earlier: Facts['awsById'] = []): NonNullable<Facts['awsById']> {
  const alive = new Set(told.flatMap((t) => t.awsIds ?? []));
  const gone = new Set(earlier.filter((r) => r.state === 'deleted').map((r) => r.id));
  const named = new Set(told.flatMap((t) => (t.awsById ?? []).map((r) => r.id)));
  return [...named].toSorted().map((id) => {
    if (alive.has(id)) return { id, state: 'alive' };
    return { id, state: allRead || gone.has(id) ? 'deleted' : 'unknown' };
  });
}

/** Pure: whether a principal of a trust policy is known to be deleted: nobody comes in by it. */
export function isDeleted(principal: string, { awsById = [] }: Pick<Facts, 'awsById'>): boolean {
  return isUniqueId(principal) && awsById.some((r) => r.id === principal && r.state === 'deleted');
}

/** Pure: a proof without a doubt that only what was deleted gave rise to. */
export function settled({ unlessDeleted, ...proof }: Proof, facts: Pick<Facts, 'awsById'>): Proof {
  if (unlessDeleted === undefined) return proof;
  const { doubt: _, ...certain } = proof;
  return unlessDeleted.every((id) => isDeleted(id, facts)) ? certain : proof;
}
