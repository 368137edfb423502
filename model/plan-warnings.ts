import { counted } from './counted.ts';
import type { Facts, Bystander } from './finding.ts';

/** Pure: what an approver should know of what could not be judged item by item. */
export function warningsOf({ bystanders, facts }: { bystanders: Bystander[]; facts: Facts }): string[] {
  return [...defenderSeen(bystanders), ...ownersUnseen(facts), ...orphansSeen(facts), ...notFormer(facts), ...othersActing(facts)];
}

/** Defender's own use of the shared application cannot be seen from its objects alone: the plan says so instead of staying silent. */
function defenderSeen(bystanders: Bystander[]): string[] {
  const count = bystanders.filter((s) => s.defender).length;
  if (count === 0) return [];
  return [
    `Microsoft Defender for Cloud is set up here (${count} of its objects were seen, none is touched). Its own CIEM signs in through the same ` +
      'CIEM application and may use Azure Reader: find out whether it is in use before you approve, and leave what it needs under protected',
  ];
}

/** An owner nobody could ask for is not nobody: what a Bicep template made would be put back by it. */
function ownersUnseen({ deploymentStacksUnlisted: scopes = [] }: Facts): string[] {
  if (scopes.length === 0) return [];
  return [
    `whether a deployment stack (Bicep) owns role assignments is not known at ${scopes.join(', ')}: it would put back what is removed; give ` +
      'the worker Microsoft.Resources/deploymentStacks/read and Microsoft.Resources/subscriptions/resourceGroups/read there, or ask its owner',
  ];
}

/** The CIEM principal is gone, and its id with it: what nobody in the directory has may be its. */
function orphansSeen({ azureOrphans: orphans = [] }: Facts): string[] {
  const count = orphans.reduce((sum, o) => sum + o.count, 0);
  const [first] = orphans;
  if (first === undefined) return [];
  const unseen = orphans.find((o) => o.unseen !== undefined)?.unseen;
  const whose = unseen === undefined ? 'nobody in the directory has' : `the directory could not be asked about (${unseen})`;
  return [
    `${counted(count, 'role assignment')} at ${counted(orphans.length, 'scope')} of Azure, such as ${first.scope}, of roles that onboarding gave, are of principals that ` +
      `${whose}: the CIEM principal is gone, and these may be its. Name its former object id under entra.formerPrincipals`,
  ];
}

function notFormer({ notFormer: ids = [] }: Facts): string[] {
  return ids.length === 0 ? [] : [`${ids.join(', ')} of entra.formerPrincipals is somebody else's: nothing of it is taken for ours`];
}

/** So many are named; the rest is counted. */
const MOST_NAMED = 5;

/**
 * A right over all service accounts of a project, folder or organisation is about none of them: it says nothing of a use, and holds nothing. Whoever has it may use ours all
 * the same, and would lose it.
 */
function othersActing({ gcpActing: acting = [], gcpServiceAccounts: accounts }: Facts): string[] {
  if (acting.length === 0) return [];
  const named = acting.slice(0, MOST_NAMED).map(({ member, role, resource }) => `${member} (${role} on ${resource})`);
  const more = acting.length > MOST_NAMED ? ` and ${acting.length - MOST_NAMED} more` : '';
  const which = accounts.filter((a) => !a.gone).map((a) => a.email);
  return [
    `others have a right over all service accounts there, and so may act as ${which.slice(0, MOST_NAMED).join(', ')} as well: ${named.join(', ')}${more}; ` +
      'that alone holds nothing: ask whether they do before you approve',
  ];
}
