import { randomUUID } from 'node:crypto';
import { policyArn, providerArn, IamCall, type IamHandler, type Policy, type Provider, type Role } from './call.ts';
import { providerCalls } from './oidc-providers.ts';
import { policyCalls } from './policies.ts';
import { roleChanges } from './role-changes.ts';
import { deleteSecret } from './secrets-manager.ts';
import { templateOf, type Resource, type Stack, type Template } from './stack-templates.ts';
import { AwsError } from './wire.ts';

/** Why the making of a stack failed, by its ARN. */
export type CreationFailures = Record<string, { logicalId: string; type: string; reason: string }>;

/** What others of a template may need goes first. */
const TYPES = ['AWS::IAM::OIDCProvider', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'];

/**
 * CreateStack, as far as stacks of IAM resources with literal properties and `Ref` to a parameter go. A failure takes away what was made, as
 * `OnFailure=DELETE` asks; without it the stack stays as ROLLBACK_COMPLETE.
 */
export const createStack: IamHandler = (call) => {
  const name = call.required('StackName');
  const { region } = call;
  if (call.live('aws-cloudformation-stack').some((s) => isCalled(s, name, region)))
    throw new AwsError(400, 'AlreadyExistsException', `Stack [${name}] already exists`);
  const { store } = call;
  const before = store
    .deleted('aws-cloudformation-stack')
    .find((d) => d.object.account === call.account && isCalled(d.object, name, region));
  const body = call.required('TemplateBody');
  const template = parse(body);
  const named = Object.values(template.Resources).some((r) => r.Type.startsWith('AWS::IAM::'));
  if (named && !call.list('Capabilities').includes('CAPABILITY_NAMED_IAM'))
    throw new AwsError(400, 'InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_NAMED_IAM]');
  const stackId = `arn:aws:cloudformation:${region}:${call.account}:stack/${name}/${randomUUID()}`;
  const parameters = call.pairs('Parameters', 'ParameterKey', 'ParameterValue');
  const stack: Stack = {
    kind: 'aws-cloudformation-stack',
    ours: before?.object.ours ?? false,
    account: call.account,
    stackId,
    resources: [],
    status: 'CREATE_COMPLETE',
    terminationProtection: call.parameters.get('EnableTerminationProtection') === 'true',
    parameters,
    noEcho: Object.entries(template.Parameters ?? {}).flatMap(([key, p]) => ((p as { NoEcho?: boolean }).NoEcho ? [key] : [])),
    capabilities: call.list('Capabilities'),
    stackTags: call.tags(),
    ...(call.parameters.has('StackPolicyBody') ? { policy: call.parameters.get('StackPolicyBody') as string } : {}),
    template: body,
  };
  make(call, stack, template, before?.object);
  return { StackId: stackId };
};

function make(call: IamCall, stack: Stack, template: Template, before: Stack | undefined): void {
  const { store } = call;
  const ordered = Object.entries(template.Resources).toSorted(([, a], [, b]) => TYPES.indexOf(a.Type) - TYPES.indexOf(b.Type));
  const made = new Map<string, { type: string; physicalId: string }>();
  for (const [logicalId, resource] of ordered) {
    try {
      made.set(logicalId, { type: resource.Type, physicalId: makeResource(call, stack, resource) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      for (const { physicalId } of made.values()) removeResource(call, physicalId);
      store.slot<CreationFailures>('aws-stack-failures', {})[stack.stackId] = { logicalId, type: resource.Type, reason: error.message };
      store.put({ ...stack, resources: [{ type: resource.Type, physicalId: logicalId }], status: 'ROLLBACK_COMPLETE' });
      const failed = call.live('aws-cloudformation-stack').find((s) => s.stackId === stack.stackId);
      if (failed && call.parameters.get('OnFailure') === 'DELETE') call.remove(failed);
      return;
    }
  }
  const resources = Object.keys(template.Resources).map((id) => made.get(id) as { type: string; physicalId: string });
  store.slot<Record<string, string>>('aws-stack-creations', {})[stack.stackId] = call.context.now().toISOString();
  const whole = { ...stack, resources };
  const { template: _, ...bare } = whole;
  // What an estate did not write down is not kept either where it says the same.
  store.put(before?.template === undefined && templateOf(call, bare) === stack.template ? bare : whole);
}

function makeResource(call: IamCall, stack: Stack, { Type, Properties }: Resource): string {
  const p = JSON.parse(JSON.stringify(Properties), (_key, value: unknown) => resolved(value, stack)) as Record<string, unknown>;
  const tags = listed('Tags', (p['Tags'] ?? []) as { Key: string; Value: string }[]);
  const some = (fields: Record<string, unknown>) =>
    Object.entries(fields).flatMap(([k, v]) => (v === undefined ? [] : [[k, typeof v === 'string' ? v : JSON.stringify(v)] as const]));
  const send = (handler: IamHandler, ...pairs: (readonly [string, string])[]) =>
    handler(new IamCall(call.account, new URLSearchParams(Object.fromEntries(pairs)), call.context));
  const mark = { 'aws:cloudformation:stack-name': nameOf(stack), 'aws:cloudformation:stack-id': stack.stackId };
  const marked = <O extends Role | Policy | Provider>(made: O | undefined): O => {
    if (!made) throw new AwsError(400, 'ValidationError', `the ${Type} was made without a name`);
    call.store.put({ ...made, tags: { ...made.tags, ...mark } });
    return made;
  };
  switch (Type) {
    case 'AWS::IAM::Role': {
      const RoleName = String(p['RoleName']);
      const { Path, Description, MaxSessionDuration, PermissionsBoundary } = p;
      const { AssumeRolePolicyDocument } = p;
      const fields = some({ RoleName, Path, Description, MaxSessionDuration, PermissionsBoundary, AssumeRolePolicyDocument });
      send(roleChanges.CreateRole, ...fields, ...tags);
      for (const PolicyArn of (p['ManagedPolicyArns'] ?? []) as string[])
        send(roleChanges.AttachRolePolicy, ...some({ RoleName, PolicyArn }));
      for (const { PolicyName, PolicyDocument } of (p['Policies'] ?? []) as { PolicyName: string; PolicyDocument: unknown }[])
        send(roleChanges.PutRolePolicy, ...some({ RoleName, PolicyName, PolicyDocument }));
      return marked(call.live('aws-role').find((r) => r.name === RoleName)).name;
    }
    case 'AWS::IAM::ManagedPolicy': {
      const { ManagedPolicyName: PolicyName, Path, Description, PolicyDocument } = p;
      send(policyCalls.CreatePolicy, ...some({ PolicyName, Path, Description, PolicyDocument }), ...tags);
      return policyArn(marked(call.live('aws-policy').find((o) => o.name === PolicyName)));
    }
    case 'AWS::IAM::OIDCProvider': {
      const url = String(p['Url']);
      const clients = members('ClientIDList', (p['ClientIdList'] ?? []) as string[]);
      const thumbprints = members('ThumbprintList', (p['ThumbprintList'] ?? []) as string[]);
      send(providerCalls.CreateOpenIDConnectProvider, ['Url', url], ...clients, ...thumbprints, ...tags);
      return providerArn(marked(call.live('aws-oidc-provider').find((o) => `https://${o.url}` === url)));
    }
    default:
      throw new AwsError(400, 'ValidationError', `the sandbox makes no ${Type}`);
  }
}

/** Takes a stack's resource away, whatever it is. */
export function removeResource(call: IamCall, physicalId: string): void {
  for (const r of call.live('aws-role')) if (r.name === physicalId) call.remove(r);
  for (const p of call.live('aws-policy')) if (policyArn(p) === physicalId) call.remove(p);
  // CloudFormation leaves a secret no recovery window.
  for (const s of call.live('aws-secret')) if (s.id === physicalId) deleteSecret(call.context, s, 0);
  for (const p of call.live('aws-oidc-provider')) {
    if (providerArn(p) !== physicalId) continue;
    for (const c of call.live('aws-oidc-client-id')) if (c.url === p.url) call.remove(c);
    call.remove(p);
  }
}

export function nameOf({ stackId }: Pick<Stack, 'stackId'>): string {
  return stackId.split('/')[1] ?? stackId;
}

function isCalled(stack: Stack, name: string, region: string): boolean {
  return nameOf(stack) === name && stack.stackId.split(':')[3] === region;
}

function resolved(value: unknown, stack: Stack): unknown {
  const ref = typeof value === 'object' && value !== null && 'Ref' in value ? String(value.Ref) : undefined;
  if (ref === undefined) return value;
  return ref === 'AWS::AccountId' ? stack.account : stack.parameters[ref];
}

function parse(body: string): Template {
  try {
    return JSON.parse(body) as Template;
  } catch {
    throw new AwsError(400, 'ValidationError', 'Template format error: the sandbox reads JSON only.');
  }
}

function members(name: string, values: string[]): (readonly [string, string])[] {
  return values.map((v, i) => [`${name}.member.${i + 1}`, v] as const);
}

function listed(name: string, tags: { Key: string; Value: string }[]): (readonly [string, string])[] {
  return tags.flatMap((t, i) => [[`${name}.member.${i + 1}.Key`, t.Key] as const, [`${name}.member.${i + 1}.Value`, t.Value] as const]);
}
