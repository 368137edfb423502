import type { DeploymentStackMark } from '../../model/finding.ts';
import { classifyAzure } from './wire/classify.ts';
import type { ArmApi, DeploymentStack } from './wire/arm.ts';

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
    return { found: [], refused: [`${scope} (${failure.code})`] };
  }
}
