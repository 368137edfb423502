import type { Json } from '../../../model/finding.ts';
import { matchesWildcard } from './wildcard.ts';

/** A statement of a role's trust policy that allows something; the grammar is AWS's "Grammar of the IAM JSON policy language". */
export interface TrustStatement {
  /** Lower-case. */
  actions: string[];
  /** Type and value as written, such as AWS and an ARN; `NotPrincipal` and `*` stand as type `*`. */
  principals: { type: string; value: string }[];
  /** Operators and keys lower-case. */
  conditions: { operator: string; key: string; values: string[] }[];
}

/** Every Allow statement of a trust policy. */
export function trustStatements(document: Json): TrustStatement[] {
  return allowing(document).map((s) => ({
    actions: field(s, 'NotAction') === undefined ? strings(field(s, 'Action')).map((a) => a.toLowerCase()) : ['*'],
    principals: principals(s),
    conditions: conditions(field(s, 'Condition')),
  }));
}

/** Every Allow statement of any policy, as it is written. */
export function allowing(document: Json): Json[] {
  return list(field(document, 'Statement')).filter((s) => field(s, 'Effect') === 'Allow');
}

/** Unique ids of deleted roles and users among the principals of a trust policy: IAM takes no policy that names one. */
export function deadPrincipals(document: Json): string[] {
  return [...new Set(JSON.stringify(document).match(/(?<=")A(?:ROA|IDA)[A-Z0-9]{12,}(?=")/g))];
}

/** Whether a statement allows an action, wildcards included. */
export function allows(statement: TrustStatement, action: string): boolean {
  return statement.actions.some((pattern) => matchesAction(pattern, action));
}

/** Pure: `*` and `?` as in IAM actions; case does not count. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesWildcard(pattern.toLowerCase(), action.toLowerCase());
}

/** The fields of JSON policies come as one value or as a list of them. */
export function list(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function strings(value: Json | undefined): string[] {
  return list(value).filter((v) => typeof v === 'string');
}

export function field(value: Json, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function principals(statement: Json): TrustStatement['principals'] {
  const principal = field(statement, 'Principal');
  if (principal === undefined) return [{ type: '*', value: 'everyone but some (NotPrincipal)' }];
  if (typeof principal === 'string') return [{ type: '*', value: principal }];
  return Object.entries(principal ?? {}).flatMap(([type, values]) => strings(values as Json).map((value) => ({ type, value })));
}

function conditions(value: Json | undefined): TrustStatement['conditions'] {
  return entries(value).flatMap(([operator, keys]) =>
    entries(keys).map(([key, values]) => ({ operator: operator.toLowerCase(), key: key.toLowerCase(), values: list(values).map(String) })),
  );
}

function entries(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
