import type { Facts, Proof } from '../../../model/finding.ts';
import { isRoleId } from './ids.ts';

type Told = Pick<Facts, 'awsRolesById'> & { awsRoleIds?: string[] };

/**
 * Pure: the roles that trust policies name by unique id. AWS shows one that is there by its ARN, so such an id is of a role that was deleted; but that is known only
 * where every account was read (`allRead`) and none has it. What an earlier plan knew to be deleted is, for good: no id is given twice.
 */
export function rolesById(
  told: readonly Told[],
  allRead: boolean,
  earlier: Facts['awsRolesById'] = [],
): NonNullable<Facts['awsRolesById']> {
  const alive = new Set(told.flatMap((t) => t.awsRoleIds ?? []));
  const gone = new Set(earlier.filter((r) => r.state === 'deleted').map((r) => r.id));
  const named = new Set(told.flatMap((t) => (t.awsRolesById ?? []).map((r) => r.id)));
  return [...named].toSorted().map((id) => {
    if (alive.has(id)) return { id, state: 'alive' };
    return { id, state: allRead || gone.has(id) ? 'deleted' : 'unknown' };
  });
}

/** Pure: whether a principal of a trust policy is a role that is known to be deleted: nobody comes in by it. */
export function isDeleted(principal: string, { awsRolesById = [] }: Pick<Facts, 'awsRolesById'>): boolean {
  return isRoleId(principal) && awsRolesById.some((r) => r.id === principal && r.state === 'deleted');
}

/** Pure: a proof without a doubt that only roles which were deleted gave rise to. */
export function settled({ unlessDeleted, ...proof }: Proof, facts: Pick<Facts, 'awsRolesById'>): Proof {
  if (unlessDeleted === undefined) return proof;
  const { doubt: _, ...certain } = proof;
  return unlessDeleted.every((id) => isDeleted(id, facts)) ? certain : proof;
}
