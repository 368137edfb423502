import { isActive } from './sts.ts';
import { accountOf } from './credentials.ts';
import type { SandboxContext } from '../service.ts';
import { tagList, IamCall, type IamHandler } from './call.ts';
import { CREATED } from './ids.ts';
import { queryService } from './protocols.ts';
import { createStack, nameOf, removeResource, type CreationFailures } from './stack-creation.ts';
import { deletedWith, logicalIds, templateOf, type Stack } from './stack-templates.ts';
import { AwsError, type Xml } from './wire.ts';

const HANDLERS: Record<string, IamHandler> = {
  DescribeStacks(call) {
    const { stack, status } = found(call);
    return {
      Stacks: [
        {
          StackId: stack.stackId,
          StackName: nameOf(stack),
          CreationTime: CREATED,
          StackStatus: status,
          EnableTerminationProtection: stack.terminationProtection,
          ParentId: stack.parent,
          RootId: stack.parent,
          Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
            ParameterKey,
            ParameterValue: stack.noEcho.includes(ParameterKey) ? '****' : value,
          })),
          Capabilities: stack.capabilities,
          Tags: tagList(stack.stackTags),
        },
      ],
    };
  },
  ListStackResources(call) {
    const { stack, status } = found(call);
    const gone = status === 'DELETE_COMPLETE';
    return {
      StackResourceSummaries: stack.resources.map((r, i) => ({
        LogicalResourceId: logicalIds(stack)[i],
        PhysicalResourceId: r.physicalId,
        ResourceType: r.type,
        LastUpdatedTimestamp: CREATED,
        ResourceStatus: gone ? 'DELETE_COMPLETE' : 'CREATE_COMPLETE',
      })),
    };
  },
  DescribeStackEvents(call) {
    const { stack, status } = found(call);
    const event = (id: string, logical: string, physical: string, type: string, state: string, reason?: string): Xml => ({
      EventId: id,
      StackId: stack.stackId,
      StackName: nameOf(stack),
      LogicalResourceId: logical,
      PhysicalResourceId: physical,
      ResourceType: type,
      Timestamp: CREATED,
      ResourceStatus: state,
      ResourceStatusReason: reason,
    });
    const own = (id: string, state: string) => event(id, nameOf(stack), stack.stackId, 'AWS::CloudFormation::Stack', state);
    const [first] = stack.resources;
    const failed =
      status === 'DELETE_FAILED' && first
        ? [
            own('4', 'DELETE_FAILED'),
            event('3', 'Resource1', first.physicalId, first.type, 'DELETE_FAILED', stack.deletionFails),
            own('2', 'DELETE_IN_PROGRESS'),
          ]
        : [];
    const why = call.store.slot<CreationFailures>('aws-stack-failures', {})[stack.stackId];
    if (why) return { StackEvents: [event('2', why.logicalId, '', why.type, 'CREATE_FAILED', why.reason), own('1', 'CREATE_IN_PROGRESS')] };
    return { StackEvents: [...failed, own('1', 'CREATE_COMPLETE')] };
  },
  GetTemplate(call) {
    return { TemplateBody: templateOf(call, found(call).stack), StagesAvailable: ['Original', 'Processed'] };
  },
  GetStackPolicy(call) {
    return { StackPolicyBody: found(call).stack.policy };
  },
  CreateStack: createStack,
  DeleteStack(call) {
    const stack = call.live('aws-cloudformation-stack').find((s) => isNamed(s, call.required('StackName')));
    // As documented: to delete what is deleted is no error.
    if (!stack) return;
    if (stack.terminationProtection)
      throw new AwsError(400, 'ValidationError', `Stack [${nameOf(stack)}] cannot be deleted while TerminationProtection is enabled`);
    const { store } = call;
    if (stack.deletionFails !== undefined) store.put({ ...stack, status: 'DELETE_FAILED' });
    else {
      for (const physicalId of deletedWith(call, stack)) removeResource(call, physicalId);
      call.remove(stack);
    }
  },
};

/** CloudFormation on the query protocol, in whatever region: stacks of IAM resources are described, made and deleted, with what they hold. */
export const cloudFormationService = queryService<IamCall>(
  '/cloudformation',
  'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  HANDLERS,
  ({ action, caller, parameters, context, request }) => {
    if (!isActive(context, accountOf(caller)))
      throw new AwsError(403, 'AccessDenied', `not authorized to perform: cloudformation:${action}`);
    return new IamCall(accountOf(caller), parameters, context, regionOf(request));
  },
);

/** A deleted stack is answered by its id only: as being deleted for a moment, then as deleted. */
function found(call: IamCall): { stack: Stack; status: string } {
  const name = call.required('StackName');
  const here = call.live('aws-cloudformation-stack').find((s) => isNamed(s, name));
  if (here) return { stack: here, status: isBeingMade(call.context, here) ? 'CREATE_IN_PROGRESS' : here.status };
  const deleted = call.store
    .deleted('aws-cloudformation-stack')
    .find((d) => d.object.account === call.account && d.object.stackId === name);
  if (!deleted) throw new AwsError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  return { stack: deleted.object, status: isFresh(call.context, deleted.deletedAt) ? 'DELETE_IN_PROGRESS' : 'DELETE_COMPLETE' };
}

function isFresh(context: SandboxContext, deletedAt: Date): boolean {
  return deletedAt.getTime() > context.now().getTime() - context.linger.get;
}

function isBeingMade(context: SandboxContext, { stackId }: Stack): boolean {
  const since = context.store.slot<Record<string, string>>('aws-stack-creations', {})[stackId];
  return since !== undefined && isFresh(context, new Date(since));
}

function regionOf(request: { headers: Record<string, string | undefined> }): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers['authorization'] ?? '')?.[1] ?? 'us-east-1';
}

function isNamed(stack: Stack, name: string): boolean {
  return stack.stackId === name || nameOf(stack) === name;
}
