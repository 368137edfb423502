import type { Json } from '../../../model/finding.ts';
import type { Condition } from './conditions.ts';
import { isUniqueId } from './ids.ts';
import { matchesWildcard } from '../../../model/wildcard.ts';

/** A statement of a role's trust policy that allows something; the grammar is AWS's "Grammar of the IAM JSON policy language". */
export interface TrustStatement {
  /** With `NotAction`, what it does not allow. */
  actions: { allBut: boolean; patterns: string[] };
  /** Type and value as written, such as AWS and an ARN; `NotPrincipal` and `*` stand as type `*`. */
  principals: { type: string; value: string }[];
  conditions: Condition[];
}

/** What only adds to how somebody comes in whom another statement lets in. */
const BESIDES = ['sts:tagsession', 'sts:setsourceidentity', 'sts:setcontext'];

/**
 * Every statement of a trust policy that lets somebody in. What it denies is left out: a denial only takes away, so who may come in is never told too small, and
 * a role in quarantine is known as it was.
 */
export function trustStatements(document: Json): TrustStatement[] {
  const all = allowing(document).map((s) => ({
    actions:
      field(s, 'NotAction') === undefined
        ? { allBut: false, patterns: strings(field(s, 'Action')) }
        : { allBut: true, patterns: strings(field(s, 'NotAction')) },
    principals: principals(s),
    conditions: conditions(field(s, 'Condition')),
  }));
  return all.filter(({ actions }) => actions.allBut || !actions.patterns.every((p) => BESIDES.includes(p.toLowerCase())));
}

/** Every Allow statement of any policy, as it is written. */
export function allowing(document: Json): Json[] {
  return list(field(document, 'Statement')).filter((s) => field(s, 'Effect') === 'Allow');
}

/** Unique ids of what was deleted among the principals of a trust policy: IAM takes no policy that names one. */
export function deadPrincipals(document: Json): string[] {
  const named = list(field(document, 'Statement')).flatMap((s) => ['Principal', 'NotPrincipal'].map((name) => field(s, name) ?? null));
  const ids = named.flatMap((principal) => strings(field(principal, 'AWS')));
  return [...new Set(ids.filter(isUniqueId))];
}

/** Whether a statement allows an action, wildcards included. */
export function allows({ actions }: TrustStatement, action: string): boolean {
  return actions.patterns.some((pattern) => matchesAction(pattern, action)) !== actions.allBut;
}

/** Whether a principal is everybody, or a pattern, that one of this type and value is among. */
export function isAmong(principal: TrustStatement['principals'][number], type: 'AWS' | 'Federated', value: string): boolean {
  if (principal.type === '*') return true;
  const isPattern = /[*?]/.test(principal.value);
  // Whoever writes {"AWS": "*"} lets in everybody, by whatever way the action says.
  return (
    isPattern &&
    ((principal.type === 'AWS' && principal.value === '*') || (principal.type === type && matchesWildcard(principal.value, value)))
  );
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
  if (principal === undefined || principal === null) return [{ type: '*', value: 'everyone but some (NotPrincipal)' }];
  if (typeof principal === 'string') return [{ type: '*', value: principal }];
  return Object.entries(principal).flatMap(([type, values]) => strings(values as Json).map((value) => ({ type, value })));
}

function conditions(value: Json | undefined): Condition[] {
  return entries(value).flatMap(([operator, keys]) =>
    entries(keys).map(([key, values]) => ({ operator: operator.toLowerCase(), key: key.toLowerCase(), values: list(values).map(String) })),
  );
}

function entries(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
