import type { ObjectOf } from '../objects.ts';
import { type SandboxContext, visible } from '../service.ts';
import type { EstateStore } from '../store.ts';
import { AwsError, type Xml } from './wire.ts';

/** What answers an IAM action: the content of `<ActionResult>`, or nothing. */
export type IamHandler = (call: IamCall) => Xml | void;

export type Role = ObjectOf<'aws-role'>;
export type Policy = ObjectOf<'aws-policy'>;
export type Provider = ObjectOf<'aws-oidc-provider'>;
type AccountKind = 'aws-cloudformation-stack' | 'aws-role' | 'aws-policy' | 'aws-oidc-provider' | 'aws-oidc-client-id' | 'aws-secret';

const DEFAULT_PAGE = 25;
const LARGEST_PAGE = 100;

/** One IAM call: what it says, and what is in the account whose role the caller assumed. */
export class IamCall {
  readonly account: string;
  readonly parameters: URLSearchParams;
  readonly context: SandboxContext;
  readonly store: EstateStore;
  /** The region the request was signed for; only where a service has several. */
  readonly region: string;

  constructor(account: string, parameters: URLSearchParams, context: SandboxContext, region = 'us-east-1') {
    this.account = account;
    this.parameters = parameters;
    this.context = context;
    this.store = context.store;
    this.region = region;
  }

  /** A parameter that must be there. */
  required(name: string): string {
    const value = this.parameters.get(name);
    if (!value)
      throw new AwsError(400, 'ValidationError', `1 validation error detected: Value null at '${name}' failed to satisfy constraint`);
    return value;
  }

  /** A list parameter, in its order. */
  list(name: string): string[] {
    const values: string[] = [];
    for (let i = 1; this.parameters.has(`${name}.member.${i}`); i++) values.push(this.parameters.get(`${name}.member.${i}`) as string);
    return values;
  }

  /** A list parameter of names with values. */
  pairs(list: string, name: string, value: string): Record<string, string> {
    const pairs: Record<string, string> = {};
    for (let i = 1; this.parameters.has(`${list}.member.${i}.${name}`); i++)
      pairs[this.parameters.get(`${list}.member.${i}.${name}`) as string] = this.parameters.get(`${list}.member.${i}.${value}`) ?? '';
    return pairs;
  }

  /** Tags as a call that makes something gives them. Those that begin with `aws:` are AWS's own. */
  tags(): Record<string, string> {
    const tags = this.pairs('Tags', 'Key', 'Value');
    if (Object.keys(tags).some((key) => /^aws:/i.test(key)))
      throw new AwsError(400, 'InvalidInput', 'aws: prefixed tag key names are not allowed for external use.');
    return tags;
  }

  /** A policy document given as JSON text. */
  document(name: string): Role['trust'] {
    const text = this.required(name);
    try {
      return JSON.parse(text) as Role['trust'];
    } catch {
      throw new AwsError(400, 'MalformedPolicyDocument', 'Syntax errors in policy.');
    }
  }

  /** The account's objects that exist: what changes are checked against. */
  live<K extends AccountKind>(kind: K): ObjectOf<K>[] {
    return this.store.list(kind, { part: this.account });
  }

  /** The account's objects as lists, or single reads, show them: those just deleted too, since IAM is eventually consistent. */
  visible<K extends AccountKind>(kind: K, read: 'list' | 'get' = 'get'): ObjectOf<K>[] {
    return visible(this.context, kind, read, this.account);
  }

  remove(object: ObjectOf<AccountKind>): void {
    this.store.remove(object, this.context.now());
  }

  /**
   * One page of `items` by `Marker` and `MaxItems`. Items are ordered by `key`; the marker holds the last key sent, so that objects deleted
   * between two pages make none be skipped. Pages are smaller than AWS's, as it reserves itself: "IAM might return fewer results".
   */
  page<T>(items: T[], key: (item: T) => string): { items: T[]; more: { IsTruncated: boolean; Marker?: string } } {
    const size = Math.min(Number(this.parameters.get('MaxItems') ?? DEFAULT_PAGE), LARGEST_PAGE);
    if (!(size >= 1)) throw new AwsError(400, 'ValidationError', 'MaxItems is 1 to 1000');
    const after = Buffer.from(this.parameters.get('Marker') ?? '', 'base64url').toString('utf8');
    const rest = items.filter((item) => key(item) > after).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    const chosen = rest.slice(0, size);
    const last = chosen.at(-1);
    if (rest.length <= size || last === undefined) return { items: chosen, more: { IsTruncated: false } };
    return { items: chosen, more: { IsTruncated: true, Marker: Buffer.from(key(last)).toString('base64url') } };
  }

  /** One page of tags. */
  tagPage(tags: Record<string, string>): Xml {
    const { items, more } = this.page(Object.entries(tags), ([key]) => key);
    return { Tags: tagList(Object.fromEntries(items)), ...more };
  }
}

export function noSuchEntity(what: string): AwsError {
  return new AwsError(404, 'NoSuchEntity', `${what} cannot be found.`);
}

export function alreadyExists(what: string): AwsError {
  return new AwsError(409, 'EntityAlreadyExists', `${what} already exists.`);
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
