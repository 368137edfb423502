import type { SystemId } from '../../model/names.ts';

/** What Google answers, as far as judging needs it. Every name carries the project's id, never its number. */

/** Condition of a binding, as IAM stores it. */
export type Condition = {
  title: string;
  expression: string;
  description?: string;
};

export interface Binding {
  role: string;
  members: string[];
  condition?: Condition;
}

/** An IAM policy in version 3: fields that are not named here travel along untouched when it is written back. */
export interface Policy {
  version?: number;
  etag?: string;
  bindings?: Binding[];
}

export type Pool = {
  /** `projects/<id>/locations/global/workloadIdentityPools/<pool>`. */
  name: string;
  state: string;
  displayName: string;
  description: string;
  disabled: boolean;
};

/** Named `<pool>/providers/<provider>`. */
export type Provider = Pool & {
  issuer: string;
  audiences: string[];
  attributeMapping: Record<string, string>;
  attributeCondition: string;
  /** Keys that somebody uploaded (a JSON Web Key Set): they alone sign its tokens, in place of the issuer's own. */
  jwksJson?: string;
};

export type ServiceAccount = {
  /** `projects/<id>/serviceAccounts/<email>`. */
  name: string;
  email: string;
  /** Numeric; the only name an undelete accepts. */
  uniqueId: string;
  displayName: string;
  description: string;
  disabled: boolean;
};

/** Deleted pools are kept for 30 days, and can be undeleted `until` then (RFC 3339), where Google says when. */
export type PoolStanding = 'live' | { until?: string };

export interface PoolWithProviders extends Pool {
  /** Soft-deleted ones included: they tell whose an emptied pool was. */
  providers: Provider[];
}

export interface AccountWithPolicy extends ServiceAccount {
  policy: Policy;
  /** Ids of the keys that people made of it and that are not over, disabled ones included; of accounts that a pool may act as. */
  keys?: string[];
  /** Why nobody could list them. */
  keysUnseen?: string;
}

/** What only the OIDC project holds. */
export interface OidcProject {
  projectNumber: string;
  pools: PoolWithProviders[];
  serviceAccounts: AccountWithPolicy[];
  /** Accounts of other projects on which identities of this project's pools hold something, as far as somebody could look. */
  elsewhere?: AccountWithPolicy[];
  /** Why nobody could look for such accounts, or not everywhere. */
  elsewhereUnseen?: string;
  /** By mail address: accounts used within the manifest's `guards.usedWithin`, in words. Beside them, for no use is a change of them. */
  usedRecently: Record<string, string>;
  /** Why nobody could say which were used. */
  useUnknown?: string;
}

/** A custom role of an organisation. */
export type CustomRole = {
  /** `organizations/<n>/roles/<id>`. */
  name: string;
  title: string;
  description: string;
  /** As Google words it: `GA`, `BETA`, `DISABLED`, … */
  stage: string;
  /** Sorted. */
  includedPermissions: string[];
};

/** Custom roles that onboarding may have made, and who holds them. Beside each other: who holds a role is no part of it. */
export interface CustomRoles {
  roles: CustomRole[];
  holders: { role: string; member: string; resource: string }[];
  /** Why nobody could look for such roles. */
  unseen?: string;
  /** Why nobody could say who holds them below the organisation. */
  elsewhereUnseen?: string;
}

/** One organisation, folder or project as one reading found it. */
export interface GcpSnapshot {
  system: SystemId;
  /** `organizations/<n>`, `folders/<n>` or `projects/<id>`. */
  resource: string;
  policy: Policy;
  /** Set when Cloud Asset showed that none of the policy's grants (so many) can be ours, and the policy was therefore not read. */
  notRead?: { grants: number };
  /** What the worker's own credentials are; by project id where its number is known. */
  ourselves: string[];
  /** Of organisations only. */
  customRoles?: CustomRoles;
  /** Of a project whose pools were listed: how each stands, by name; one that is not named is gone for good. */
  poolStates?: { [name: string]: PoolStanding };
  oidc?: OidcProject;
}

/** A project of which what only the OIDC project holds is changed; others stay as they are. */
export function withOidc(snapshot: GcpSnapshot, change: (oidc: OidcProject) => OidcProject): GcpSnapshot {
  return snapshot.oidc ? { ...snapshot, oidc: change(snapshot.oidc) } : snapshot;
}

/** Google keeps deleted pools and providers for 30 days, in this state. */
export const DELETED = 'DELETED';

/** The last segment of a resource name. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** `projects/<id>/…` → id. */
export function projectOf(name: string): string {
  return name.split('/')[1] ?? '';
}
