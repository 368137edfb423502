import type { Json } from './finding.ts';
import { systemType, type SystemId, type SystemType } from './names.ts';

/** The worker's own access to the clouds: it was given for this job, and would be the next orphan once the job is done. */

/** What a right is in its cloud's own words. */
export type OwnGrantKind =
  | 'aws-role'
  | 'azure-role-assignment'
  | 'azure-eligible-role'
  | 'entra-directory-role'
  | 'entra-eligible-role'
  | 'entra-app-role'
  | 'gcp-binding';

/** One right the worker's own identity was seen to hold. */
export interface OwnGrant {
  kind: OwnGrantKind;
  system: SystemId;
  /** The cloud's id of the grant: a role's ARN, an assignment's id, a binding. */
  id: string;
  /** Who holds it, as the cloud names it. */
  holder: string;
  /** For people: which role it is, and where. */
  title: string;
  /** Signs that it is not for this job alone, in words: a script leaves it to a person. */
  doubt?: string;
  /** What taking it away needs to know; shape by kind. */
  definition: Json;
}

/** What one system, or all of them together, told of the worker's own access. */
export interface OwnAccess {
  /** Who the worker is there. */
  identities: { cloud: SystemType; id: string }[];
  grants: OwnGrant[];
  /** What could not be read, and why: of that nothing is known. */
  unknown: { system: SystemId; reason: string }[];
}

/** Pure: what all systems told as one, sorted, each once; an assignment from above is seen from every system below it. */
export function mergeOwnAccess(parts: OwnAccess[]): OwnAccess {
  const each = <T>(values: T[], key: (value: T) => string): T[] =>
    [...new Map(values.map((v) => [key(v), v] as const))].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, v]) => v);
  return {
    identities: each(
      parts.flatMap((p) => p.identities),
      (i) => `${i.cloud} ${i.id}`,
    ),
    grants: each(
      parts.flatMap((p) => p.grants),
      (g) => `${g.kind} ${g.id}`,
    ),
    unknown: each(
      parts.flatMap((p) => p.unknown),
      (u) => `${u.system} ${u.reason}`,
    ),
  };
}

/** Why a script leaves an eligible right (Privileged Identity Management) to a person. */
export const ELIGIBLE_DOUBT = 'eligible only (PIM): nobody has it until a person activates it, who may need it for other work';

/** In few words, for a line of its own. */
export function ownAccessWords({ grants, unknown }: OwnAccess): string {
  const what = grants.length === 0 ? 'none was seen' : `${grants.length} seen`;
  return unknown.length === 0 ? what : `${what}; ${unknown.length} could not be read`;
}

/** Clouds in the order their access goes: Entra last, for Azure's principal lives there. */
const CLOUDS: readonly SystemType[] = ['azure', 'gcp', 'aws', 'entra'];

/**
 * Pure: an order that never saws off the branch it sits on. What lies below goes before what lies above, member accounts before the
 * organisation's management account, and the directory's permissions last, those over applications at the very end.
 */
export function takingOrder(grants: OwnGrant[], managementAccount: string | undefined): OwnGrant[] {
  const rank = (g: OwnGrant) => CLOUDS.indexOf(systemType(g.system)) * 10 + height(g, managementAccount);
  return grants.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

function height({ kind, id, title }: OwnGrant, managementAccount: string | undefined): number {
  switch (kind) {
    case 'azure-role-assignment':
    case 'azure-eligible-role':
      if (/^\/subscriptions\//i.test(id)) return 0;
      return /managementGroups\//i.test(id) ? 1 : 2;
    case 'gcp-binding':
      return ['projects/', 'folders/', 'organizations/'].findIndex((prefix) => id.startsWith(prefix));
    case 'aws-role':
      return managementAccount !== undefined && id.includes(`::${managementAccount}:`) ? 1 : 0;
    case 'entra-directory-role':
    case 'entra-eligible-role':
      return 0;
    case 'entra-app-role':
      return title.includes('permission Application.') ? 2 : 1;
  }
}
