import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  type CloudFormationClient,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { messageOf } from '../../../model/errors.ts';
import { isNamed } from './classify.ts';
import { eachPage, everyPage } from './every-page.ts';
import { nameInArn } from '../footprint/ids.ts';
import { regionOf, stackName } from '../footprint/stack-mark.ts';
import { NotYetError } from '../../answer.ts';
import { stackCreation } from './creations.ts';
import { retainedBy } from './stack-template.ts';
import { need, tags, type StackDefinition, type StackState } from '../snapshot.ts';

/** Where CloudFormation is called: stacks by their ARN, which tells their region. */
export function stackCalls(clientIn: (region: string) => CloudFormationClient) {
  const of = (id: string) => clientIn(need(regionOf(id), 'region in the stack id'));
  return {
    /** Undefined once it is deleted. */
    stack: (id: string) => stateOf(of(id), id),
    /** The stack that has its name now, in its region: itself, or one that was made since. */
    stackInPlace: (id: string) => stateOf(of(id), stackName(id)),
    /** Undefined once it is deleted. */
    stackDefinition: (id: string) => definitionOf(of(id), id),
    async deleteStack(StackName: string) {
      await of(StackName).send(new DeleteStackCommand({ StackName }));
    },
    /** Begins to make a stack under the name and in the region of an earlier one; its ARN. A failure takes what was made away again. */
    async createStack(earlier: string, definition: StackDefinition) {
      const answer = await of(earlier)
        .send(new CreateStackCommand(stackCreation(stackName(earlier), definition)))
        .catch(inWords(earlier));
      return need(answer.StackId, 'StackId');
    },
    /** Why the last deletion failed, a resource each, in CloudFormation's words. */
    deletionFailures: (id: string) => failures(of(id), id, 'DELETE'),
    /** The same of the making of a stack. */
    creationFailures: (id: string) => failures(of(id), id, 'CREATE'),
  };
}

async function stateOf(client: CloudFormationClient, name: string): Promise<StackState | undefined> {
  const stack = await described(client, name);
  if (!stack) return undefined;
  const StackName = need(stack.StackName, 'StackName');
  const pages = await everyPage('ListStackResources', paginateListStackResources({ client }, { StackName: name }));
  const resources = pages.flatMap((p) => p.StackResourceSummaries ?? []).filter((r) => r.ResourceStatus !== 'DELETE_COMPLETE');
  return {
    StackId: need(stack.StackId, 'StackId'),
    StackName,
    Status: need(stack.StackStatus, 'StackStatus'),
    Parent: stack.ParentId ?? null,
    TerminationProtection: stack.EnableTerminationProtection ?? false,
    Resources: resources.map(nameOf).toSorted(),
    LogicalIds: Object.fromEntries(resources.map((r) => [nameOf(r), r.LogicalResourceId ?? ''])),
    GeneratedNames: resources
      .flatMap((r) => (isGenerated(r.PhysicalResourceId ?? '', StackName, r.LogicalResourceId ?? '') ? [r.PhysicalResourceId ?? ''] : []))
      .toSorted(),
  };
}

function nameOf(r: StackResourceSummary): string {
  return `${r.ResourceType} ${r.PhysicalResourceId ?? r.LogicalResourceId}`;
}

/** `<stack>-<logical id>-<random>`, the first two cut off where the name would be too long. */
function isGenerated(physical: string, stack: string, logical: string): boolean {
  const name = nameInArn(physical);
  const prefix = /^(.+)-[A-Za-z0-9]{10,13}$/.exec(name)?.[1];
  if (prefix === undefined) return false;
  for (let dash = prefix.indexOf('-'); dash > 0; dash = prefix.indexOf('-', dash + 1)) {
    const [first, second] = [prefix.slice(0, dash), prefix.slice(dash + 1)];
    if (second !== '' && stack.startsWith(first) && logical.startsWith(second)) return true;
  }
  return false;
}

async function definitionOf(client: CloudFormationClient, StackName: string): Promise<StackDefinition | undefined> {
  const stack = await described(client, StackName);
  if (!stack) return undefined;
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  const { StackPolicyBody } = await client.send(new GetStackPolicyCommand({ StackName }));
  return {
    Template: need(TemplateBody, 'TemplateBody'),
    Parameters: Object.fromEntries((stack.Parameters ?? []).map((p) => [need(p.ParameterKey, 'ParameterKey'), p.ParameterValue ?? ''])),
    Capabilities: [...(stack.Capabilities ?? [])].toSorted(),
    Tags: tags(stack.Tags),
    TerminationProtection: stack.EnableTerminationProtection ?? false,
    StackPolicy: StackPolicyBody ?? null,
    NotificationArns: (stack.NotificationARNs ?? []).toSorted(),
    RoleArn: stack.RoleARN ?? null,
    TimeoutMinutes: stack.TimeoutInMinutes ?? null,
    Retained: retainedBy(await deployed(client, StackName, need(TemplateBody, 'TemplateBody'))),
  };
}

/** A template that transforms itself is another one once it is deployed. */
async function deployed(client: CloudFormationClient, StackName: string, original: string): Promise<string> {
  if (!original.includes('Transform')) return original;
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Processed' }));
  return need(TemplateBody, 'TemplateBody');
}

function inWords(id: string) {
  return (error: unknown): never => {
    if (isNamed(error, 'AlreadyExists') || isNamed(error, 'AlreadyExistsException'))
      throw new NotYetError('StackCreating', `a stack ${stackName(id)} is there by now; it is looked at again`);
    throw error;
  };
}

async function failures(client: CloudFormationClient, StackName: string, verb: 'CREATE' | 'DELETE'): Promise<string[]> {
  const found: string[] = [];
  // Newest first: what lies before the last attempt began is older than it.
  for await (const page of eachPage('DescribeStackEvents', paginateDescribeStackEvents({ client }, { StackName }))) {
    for (const e of page.StackEvents ?? []) {
      if (e.PhysicalResourceId === StackName && e.ResourceStatus === `${verb}_IN_PROGRESS`) return found;
      if (e.ResourceStatus === `${verb}_FAILED` && e.PhysicalResourceId !== StackName && !/cancelled/i.test(e.ResourceStatusReason ?? ''))
        found.push(`${e.LogicalResourceId} (${e.ResourceType}): ${e.ResourceStatusReason ?? 'no reason told'}`);
    }
  }
  return found;
}

/** A stack that is deleted is answered for 90 days by its id, afterwards not at all; by its name never. */
async function described(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const stack = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack;
  } catch (error) {
    if (isNamed(error, 'ValidationError') && /does not exist/.test(messageOf(error))) return undefined;
    throw error;
  }
}
