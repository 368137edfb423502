import {
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  type CloudFormationClient,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { messageOf } from '../../model/errors.ts';
import type { StackCalls } from './api.ts';
import { isNamed } from './gone.ts';
import { regionOf } from './owner.ts';
import { need } from './snapshot.ts';

/** Where CloudFormation is called; a stack's ARN tells its region. */
export function stackCalls(clientIn: (region: string) => CloudFormationClient): StackCalls {
  const of = (id: string) => clientIn(need(regionOf(id), 'region in the stack id'));
  return {
    async stack(id) {
      const stack = await described(of(id), id);
      if (!stack) return undefined;
      const pages = await Array.fromAsync(paginateListStackResources({ client: of(id) }, { StackName: id }));
      const resources = pages.flatMap((p) => p.StackResourceSummaries ?? []).filter((r) => r.ResourceStatus !== 'DELETE_COMPLETE');
      return {
        StackId: id,
        StackName: need(stack.StackName, 'StackName'),
        Status: need(stack.StackStatus, 'StackStatus'),
        Parent: stack.ParentId ?? null,
        TerminationProtection: stack.EnableTerminationProtection ?? false,
        Resources: resources.map((r) => `${r.ResourceType} ${r.PhysicalResourceId ?? r.LogicalResourceId}`).toSorted(),
      };
    },
    async deleteStack(StackName) {
      await of(StackName).send(new DeleteStackCommand({ StackName }));
    },
    async deletionFailures(StackName) {
      const failures: string[] = [];
      // Newest first: what lies before the last deletion began is older than it.
      for await (const page of paginateDescribeStackEvents({ client: of(StackName) }, { StackName })) {
        for (const e of page.StackEvents ?? []) {
          if (e.PhysicalResourceId === StackName && e.ResourceStatus === 'DELETE_IN_PROGRESS') return failures;
          if (e.ResourceStatus === 'DELETE_FAILED' && e.PhysicalResourceId !== StackName)
            failures.push(`${e.LogicalResourceId} (${e.ResourceType}): ${e.ResourceStatusReason ?? 'no reason told'}`);
        }
      }
      return failures;
    },
  };
}

/** A stack that is deleted is answered for 90 days by its id, afterwards not at all. */
async function described(client: CloudFormationClient, id: string): Promise<Stack | undefined> {
  try {
    const stack = (await client.send(new DescribeStacksCommand({ StackName: id }))).Stacks?.[0];
    return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack;
  } catch (error) {
    if (isNamed(error, 'ValidationError') && /does not exist/.test(messageOf(error))) return undefined;
    throw error;
  }
}
