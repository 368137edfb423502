import { firstHold } from '../../../model/defender.ts';
import type { Hold } from '../../../model/finding.ts';
import { ownerHold } from './owner.ts';
import type { Tags } from '../snapshot.ts';

/** The guards of something of ours: others use it too, a stack set or Terraform owns it, or what else its kind found. */
export function holdOf(
  thing: { account: string; tags: Tags; terraformType: string },
  others: readonly string[],
  ...more: (Hold | undefined)[]
): { hold?: Hold } {
  return firstHold(sharedTrust(others), ownerHold(thing.account, thing.tags, thing.terraformType), ...more);
}

/** Somebody or something still signs in with it: a successor may have been pointed at what Permissions Management left. */
export function recentlyUsed(use: string | undefined): Hold | undefined {
  if (use === undefined) return undefined;
  return { code: 'RecentlyUsed', reason: `${use}: find out who still needs it (a successor may have been pointed at it) before it goes` };
}

function sharedTrust(others: readonly string[]): Hold | undefined {
  if (others.length === 0) return undefined;
  return { code: 'SharedTrust', reason: `its trust also lets in ${others.join(', ')}; ask who that is before it goes` };
}
