import type { DeploymentStackMark } from '../../model/finding.ts';
import { unlessRefused } from '../answer.ts';
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
  const view: StackView = { stacks: [], unlisted: [] };
  const listed = async <T>(at: string, list: () => Promise<T[]>): Promise<T[]> => {
    const answer = await unlessRefused(classifyAzure, list);
    if (answer.ok) return answer.value;
    view.unlisted.push(`${at} (${answer.failure.code})`);
    return [];
  };
  const groups = subscription === undefined ? [] : await listed(scope, () => api.listResourceGroups(subscription));
  for (const at of [scope, ...groups]) {
    const stacks = await listed(at, () => api.listDeploymentStacks(at));
    view.stacks.push(...stacks.map(mark).filter((s) => s.assignments.length > 0));
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
