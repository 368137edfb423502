import { firstHold } from '../../model/defender.ts';
import type { Hold } from '../../model/finding.ts';
import type { Tags } from './snapshot.ts';

/** The guards of something of ours: others use it too, something else owns it, or it was in use not long ago. */
export function holdOf(tags: Tags, others: readonly string[], ...more: (Hold | undefined)[]): { hold?: Hold } {
  return firstHold(sharedTrust(others), ownedByStack(tags), ...more);
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

function ownedByStack(tags: Tags): Hold | undefined {
  const stack = tags['aws:cloudformation:stack-name'];
  if (!stack) return undefined;
  return {
    code: 'OwnedByStack',
    reason: `the CloudFormation stack ${stack} owns it; delete the stack, or override if it is an orphan`,
  };
}
