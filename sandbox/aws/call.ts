import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { AwsError, type Xml } from './wire.ts';

/** One IAM call: the account is the one whose role the caller assumed. */
export interface IamCall {
  account: string;
  parameters: URLSearchParams;
  context: SandboxContext;
  /** The region the request was signed for; only where a service has several. */
  region?: string;
}

/** What answers an IAM action: the content of `<ActionResult>`, undefined for none. */
export type IamHandler = (call: IamCall) => Xml;

export type Role = ObjectOf<'aws-role'>;
export type Policy = ObjectOf<'aws-policy'>;
export type Provider = ObjectOf<'aws-oidc-provider'>;
type AccountKind = 'aws-cloudformation-stack' | 'aws-role' | 'aws-policy' | 'aws-oidc-provider' | 'aws-oidc-client-id' | 'aws-secret';

/** A parameter that must be there. */
export function required(call: IamCall, name: string): string {
  const value = call.parameters.get(name);
  if (!value)
    throw new AwsError(400, 'ValidationError', `1 validation error detected: Value null at '${name}' failed to satisfy constraint`);
  return value;
}

export function noSuchEntity(what: string): AwsError {
  return new AwsError(404, 'NoSuchEntity', `${what} cannot be found.`);
}

/** The account's objects that exist: what changes are checked against. */
export function live<K extends AccountKind>(call: IamCall, kind: K): ObjectOf<K>[] {
  return call.context.store.list(kind).filter((o) => isIn(call.account, o));
}

/** The account's objects as reads show them: those just deleted too, since IAM is eventually consistent. */
export function visible<K extends AccountKind>(call: IamCall, kind: K): ObjectOf<K>[] {
  const since = call.context.now().getTime() - call.context.lingerMs;
  const lingering = call.context.store.deleted(kind).filter((d) => d.deletedAt.getTime() > since && isIn(call.account, d.object));
  return [...live(call, kind), ...lingering.map((d) => d.object)];
}

function isIn(account: string, object: ObjectOf<AccountKind>): boolean {
  return object.account === account;
}

export function roleArn(role: { account: string; path: string; name: string }): string {
  return `arn:aws:iam::${role.account}:role${role.path}${role.name}`;
}

export function policyArn(policy: { account: string; path: string; name: string }): string {
  return `arn:aws:iam::${policy.account}:policy${policy.path}${policy.name}`;
}

export function providerArn(provider: { account: string; url: string }): string {
  return `arn:aws:iam::${provider.account}:oidc-provider/${provider.url}`;
}

/** Tags as IAM lists them. */
export function tagList(tags: Record<string, string>): Xml {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A policy document as IAM answers it: JSON, percent-encoded by RFC 3986. */
export function encodeDocument(document: unknown): string {
  return encodeURIComponent(JSON.stringify(document)).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Tags as a call that makes something gives them. Those that begin with `aws:` are AWS's own. */
export function givenTags(call: IamCall): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let i = 1; call.parameters.has(`Tags.member.${i}.Key`); i++) {
    const key = call.parameters.get(`Tags.member.${i}.Key`) as string;
    if (/^aws:/i.test(key)) throw new AwsError(400, 'InvalidInput', 'aws: prefixed tag key names are not allowed for external use.');
    tags[key] = call.parameters.get(`Tags.member.${i}.Value`) ?? '';
  }
  return tags;
}

/** A list parameter, in its order. */
export function givenList(call: IamCall, name: string): string[] {
  const values: string[] = [];
  for (let i = 1; call.parameters.has(`${name}.member.${i}`); i++) values.push(call.parameters.get(`${name}.member.${i}`) as string);
  return values;
}

/** A policy document given as JSON text. */
export function givenDocument(call: IamCall, name: string): Role['trust'] {
  try {
    return JSON.parse(required(call, name)) as Role['trust'];
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError(400, 'MalformedPolicyDocument', 'Syntax errors in policy.');
  }
}

export function alreadyExists(what: string): AwsError {
  return new AwsError(409, 'EntityAlreadyExists', `${what} already exists.`);
}
