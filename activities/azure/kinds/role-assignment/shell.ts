import type { PlanItem } from '../../../../model/plan.ts';
import { command, type KindShell } from '../../../../model/shell.ts';
import { nameOf } from '../../../microsoft/ids.ts';
import type { Assignment } from '../../wire/clients.ts';

/** Removal and restore in `az`. */
export const shell: KindShell = { remove, restore };

/** ARM answers 204 to the deletion of what is gone, so it may be repeated. */
function remove(item: PlanItem): string[] {
  return [command('az', 'role', 'assignment', 'delete', '--ids', (item.snapshot as Assignment).id)];
}

/** Repeated, `az` shows the one that is there. */
function restore(item: PlanItem): string[] {
  const { id, scope, roleDefinitionId, principalId, principalType, condition, conditionVersion, description } = item.snapshot as Assignment;
  const option = (flag: string, value: string | null) => (value === null ? [] : [`--${flag}=${value}`]);
  const given = ['--name', nameOf(id), '--scope', scope, '--role', roleWord(roleDefinitionId), '--assignee-object-id', principalId];
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
  return roleDefinitionId.startsWith('/subscriptions/') ? roleDefinitionId : nameOf(roleDefinitionId);
}
