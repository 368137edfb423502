import type { Anchors, DeploymentStackMark, Hold } from '../../../model/finding.ts';
import { command } from '../../../model/shell.ts';
import { sameId } from './scope.ts';

/** Pure: the guard of an assignment that a Bicep template would put back, with the step its owner takes. */
export function deploymentStackHold(assignment: string, { deploymentStacks = [] }: Pick<Anchors, 'deploymentStacks'>): Hold | undefined {
  const stack = deploymentStacks.find((s) => s.assignments.some((id) => sameId(id, assignment)));
  if (!stack) return undefined;
  const denied = stack.deny === undefined ? '' : `, and its deny settings (${stack.deny}) let nobody else delete it`;
  return {
    code: 'OwnedByDeploymentStack',
    reason:
      `the deployment stack ${stack.id} owns it and would put it back${denied}: its owner takes it out of the Bicep template and runs ` +
      `\`${ownersStep(stack)}\`, which lets go of it; then amend the plan`,
  };
}

function ownersStep({ id, location, deny }: DeploymentStackMark): string {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const [, subscription, resourceGroup] = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\//i.exec(id) ?? [];
  const managementGroup = /\/managementGroups\/([^/]+)\//i.exec(id)?.[1] ?? '';
  const at = ['--location', location ?? 'LOCATION'];
  const where = resourceGroup
    ? ['group', 'create', '--subscription', subscription ?? '', '--resource-group', resourceGroup]
    : subscription
      ? ['sub', 'create', '--subscription', subscription, ...at]
      : ['mg', 'create', '--management-group-id', managementGroup, ...at];
  const rest = ['--template-file', 'main.bicep', '--action-on-unmanage', 'detachAll', '--deny-settings-mode', deny ?? 'none'];
  return command('az', 'stack', ...where, '--name', name, ...rest);
}
