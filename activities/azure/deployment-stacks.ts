import type { Anchors, DeploymentStackMark, Hold } from '../../model/finding.ts';
import { command } from '../../model/shell.ts';
import { classifyAzure } from './wire/classify.ts';
import type { ArmApi, DeploymentStack } from './wire/arm.ts';
import { sameId } from './footprint/scope.ts';

/** The deployment stacks at a scope that manage role assignments, and the scopes whose stacks could not be listed, in words. */
export interface StackView {
  stacks: DeploymentStackMark[];
  unlisted: string[];
}

/**
 * Stacks of a management group, or of a subscription and its resource groups. A listing that is refused is told, never taken for an empty
 * one; what may be tried again is thrown.
 */
export async function readDeploymentStacks(api: ArmApi, scope: string): Promise<StackView> {
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1];
  const groups = subscription === undefined ? { found: [] } : await unlessRefused(scope, () => api.listResourceGroups(subscription));
  const view: StackView = { stacks: [], unlisted: groups.refused ?? [] };
  for (const at of [scope, ...groups.found]) {
    const { found, refused = [] } = await unlessRefused(at, () => api.listDeploymentStacks(at));
    view.stacks.push(...found.map(mark).filter((s) => s.assignments.length > 0));
    view.unlisted.push(...refused);
  }
  return view;
}

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

function mark({ id, location, properties: { resources, denySettings } }: DeploymentStack): DeploymentStackMark {
  const ids = (resources ?? []).flatMap((r) => (r.id ? [r.id] : []));
  const deny = denySettings?.mode;
  return {
    id,
    assignments: ids.filter((one) => /\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/i.test(one)).toSorted(),
    ...(location ? { location } : {}),
    ...(deny === undefined || /^none$/i.test(deny) ? {} : { deny }),
  };
}

async function unlessRefused<T>(scope: string, ask: () => Promise<T[]>): Promise<{ found: T[]; refused?: string[] }> {
  try {
    return { found: await ask() };
  } catch (error) {
    const failure = classifyAzure(error);
    if (failure.kind === 'retry') throw error;
    return { found: [], refused: [`${scope} (${failure.kind === 'gone' ? 'not found' : failure.code})`] };
  }
}
