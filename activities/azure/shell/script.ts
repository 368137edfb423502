import type { PlanItem } from '../../../model/plan.ts';
import { command, type CloudScript } from '../../../model/shell.ts';
import { demandSignIn } from '../../microsoft/sign-in-shell.ts';
import type { Assignment } from '../wire/clients.ts';

/** Removal and restore in `az`. Every id carries its scope, so nothing depends on the subscription that is active. */
export const azureScript: CloudScript = {
  prelude: demandSignIn,
  enter: () => [],
  kinds: { 'azure-role-assignment': { remove, restore } },
};

/** ARM answers 204 to the deletion of what is gone, so it may be repeated. */
function remove(item: PlanItem): string[] {
  return [command('az', 'role', 'assignment', 'delete', '--ids', assignmentOf(item).id)];
}

/** Repeated, `az` shows the one that is there. */
function restore(item: PlanItem): string[] {
  const { id, scope, roleDefinitionId, principalId, principalType, condition, conditionVersion, description } = assignmentOf(item);
  const name = id.slice(id.lastIndexOf('/') + 1);
  const option = (flag: string, value: string | null) => (value === null ? [] : [`--${flag}=${value}`]);
  const given = ['--name', name, '--scope', scope, '--role', roleWord(roleDefinitionId), '--assignee-object-id', principalId];
  const options = [
    ...option('assignee-principal-type', principalType),
    ...option('description', description),
    ...option('condition', condition),
    ...option('condition-version', conditionVersion),
  ];
  return [command('az', 'role', 'assignment', 'create', ...given, ...options, '--output', 'none')];
}

/** `az` takes an id of a subscription as it is, and any other text but a GUID for the role's name. */
function roleWord(roleDefinitionId: string): string {
  return roleDefinitionId.startsWith('/subscriptions/') ? roleDefinitionId : roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1);
}

function assignmentOf(item: PlanItem): Assignment {
  return item.snapshot as unknown as Assignment;
}
