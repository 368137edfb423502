import type { RoleState } from '../snapshot.ts';

/** IAM's ids, put together and taken apart in one place. */

/** What trust policies may show a role by: its ARN, and its unique id once it was deleted. */
export function namesOfRole({ Arn, RoleId }: Pick<RoleState, 'Arn' | 'RoleId'>): string[] {
  return [Arn, RoleId];
}

/** Whether a principal of a trust policy is a role by its ARN. */
export function isRoleArn(principal: string): boolean {
  return principal.includes(':role/');
}

/**
 * Whether a principal of a trust policy is shown by a unique id of IAM's, as a role (`AROA…`) or a user (`AIDA…`) is once it was deleted. All that IAM gives an id
 * begin with four letters, the first and the last of them an A; which four says what it is of.
 */
export function isUniqueId(principal: string): boolean {
  return /^A[A-Z]{2}A[A-Z0-9]+$/.test(principal);
}

/** Roles that AWS's own services made and own. */
export function isServiceLinked({ Path }: Pick<RoleState, 'Path'>): boolean {
  return Path.startsWith('/aws-service-role/');
}

/** The name in an ARN, without its path. */
export function nameInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** How the ARNs of a role's sessions begin; of a unique id, how a session is shown to conditions. */
export function sessionsOf(role: string): string {
  const [, partition, account, name] = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? [];
  return name === undefined ? `${role}:` : `arn:${partition}:sts::${account}:assumed-role/${name}/`;
}

/** Whether a principal is the whole account of a role. */
export function isAccountOf(principal: string, role: string): boolean {
  const account = /^arn:[\w-]+:iam::(\d{12}):/.exec(role)?.[1];
  return account !== undefined && (principal === account || new RegExp(`^arn:[\\w-]+:iam::${account}:root$`).test(principal));
}

/** Whether a pattern says more of a role than that it is one: an account, a path, a name. */
export function namesARole(pattern: string): boolean {
  return pattern.replaceAll(/^arn:[^:]*:(?:iam|sts)::|(?:assumed-)?role\/|[*?:/]/g, '') !== '';
}

/** The issuer (without scheme) in the ARN of an OIDC provider; undefined for any other ARN. */
export function issuerOfProvider(arn: string): string | undefined {
  return /:oidc-provider\/(.*)$/i.exec(arn)?.[1];
}

/** Whether an OIDC provider's ARN is that of an issuer (without scheme). Tenant ids are written in either case. */
export function isProviderOf(arn: string, issuer: string): boolean {
  return issuerOfProvider(arn)?.toLowerCase() === issuer.toLowerCase();
}

/** Path and name of a role as a role's ARN holds them, however the manifest writes them. */
export function pathAndName(role: string): string {
  return role.replace(/^\//, '');
}

/** Tokens that tie findings together (model/finding.ts), of what is in AWS. */

export function roleToken(arnOrId: string): string {
  return `aws:role:${arnOrId}`;
}

export function policyToken(arn: string): string {
  return `aws:policy:${arn}`;
}

/** The tenant's id in an ARN may be in either case. */
export function clientIdToken(providerArn: string, audience: string): string {
  return `aws:client-id:${providerArn.toLowerCase()}#${audience}`;
}

/** How tokens begin that nothing outside of their account uses. */
export const LOCAL_TOKENS = ['aws:policy:', 'aws:client-id:', 'aws:secret:'] as const;

/** When something was last used, in words, and where that is known. */
export function useInWords(at: Date, region: string | undefined): string {
  return `last used ${at.toISOString()}${region ? ` in ${region}` : ''}`;
}
