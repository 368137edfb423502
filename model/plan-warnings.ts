import type { Facts, Bystander } from './finding.ts';

/** Pure: what an approver should know of what could not be judged item by item. */
export function warningsOf({ bystanders, facts }: { bystanders: Bystander[]; facts: Facts }): string[] {
  return [...defenderSeen(bystanders), ...ownersUnseen(facts)];
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
