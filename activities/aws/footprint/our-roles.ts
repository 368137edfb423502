import type { Facts } from '../../../model/finding.ts';
import { doubtOf } from '../../../model/guards/doubt.ts';
import { isAccountOf, isUniqueId, isServiceLinked, nameInArn, namesARole, roleToken, sessionsOf } from './ids.ts';
import { isDefenderRole, namesTenant, onboardingPolicy } from './lookalike.ts';
import type { AwsStage } from '../order.ts';
import type { AwsSnapshot, RoleState } from '../snapshot.ts';
import { isDeleted } from './unique-ids.ts';
import { allows, isAmong, trustStatements, type TrustStatement } from './trust.ts';
import { matchesWildcard } from '../../../model/wildcard.ts';
import { audienceUses, letsInCiemAlone, ONBOARDED, webIdentityTrust } from './web-identity.ts';

/** What a role was for, in onboarding's words. */
export type RolePart = 'member' | 'logging' | 'management' | 'oidc';

/** When a role goes: docs/footprint.md, "Order". */
export const STAGE_OF: Record<RolePart, AwsStage> = {
  member: 'member-roles',
  logging: 'logging-role',
  management: 'management-role',
  oidc: 'oidc-role',
};

/** A role that an invariant proves to be ours. */
export interface OurRole {
  role: RoleState;
  part: RolePart;
  why: string[];
  /** Tokens of what its trust names. */
  uses: string[];
  /** Who else its trust lets in. */
  others: string[];
  /** Why whose it is is doubted, where it is ours only through something that may be others'. */
  doubt?: string;
  /** Nothing proves it; `onlyNamed`: nothing but the manifest's word connects it with Permissions Management; `shutOut`: it has its audience, and keeps it out. */
  nameOnly?: 'onlyNamed' | 'orphan' | 'shutOut';
  /** As in `Finding`, of an OIDC role. */
  mepm?: 'out' | 'unknown';
}

/** Why what is ours only because it belongs to such a role may be somebody else's: through what, in words; undefined where nothing is doubted. */
export function doubtedTrust({ role, others, doubt }: OurRole): string | undefined {
  const shared = others.length === 0 ? undefined : `${role.Arn}, whose trust also lets in ${others.join(', ')}`;
  return doubt === undefined ? shared : `${role.Arn}, which is ours only through ${doubt}`;
}

type OfTenant = Pick<Facts, 'tenantId' | 'issuer' | 'awsById' | 'namedAudiences' | 'ciemPrincipalId' | 'ciemFormerIds'>;
type Known = OfTenant & Pick<Facts, 'awsOidcRoles'>;

/** Pure: the roles of an account that onboarding made. Defender's and AWS's own are never among them. */
export function ourRoles(snapshot: AwsSnapshot, facts: Known): OurRole[] {
  const { ours } = oidcRoles(snapshot, facts);
  return [...ours, ...trustingRoles(snapshot, facts, ours).filter((o) => !o.nameOnly)];
}

/**
 * Pure: roles that may be ours, by name only: OIDC roles that only the manifest's word connects with Permissions Management, those that trust such
 * ones, and orphans.
 */
export function perhapsOurRoles(snapshot: AwsSnapshot, facts: Known): OurRole[] {
  const { ours, perhaps } = oidcRoles(snapshot, facts);
  const trusting = trustingRoles(snapshot, facts, [...ours, ...perhaps]);
  return [...perhaps, ...trusting.filter((o) => o.nameOnly), ...orphans(snapshot, facts, [...ours, ...perhaps, ...trusting])];
}

/**
 * Pure: roles that tokens of this tenant, made for Permissions Management's audience, may assume. People could rename an audience, but a customer's
 * own federation looks just the same: for another one that the manifest names, a mark of onboarding's own has to stand on the role.
 */
export function oidcRoles(snapshot: AwsSnapshot, facts: OfTenant): { ours: OurRole[]; perhaps: OurRole[] } {
  const found = snapshot.roles.filter(mayBeOurs).flatMap((role) => oidcRole(role, facts) ?? []);
  return { ours: found.filter((o) => !o.nameOnly), perhaps: found.filter((o) => o.nameOnly) };
}

function oidcRole(role: RoleState, facts: OfTenant): OurRole | undefined {
  const { AssumeRolePolicyDocument: trust } = role;
  const { namedAudiences = [] } = facts;
  const ask = (audiences: readonly string[]) => webIdentityTrust(trust, facts.issuer, undefined, audiences, facts);
  const onboarded = ask(ONBOARDED);
  const named = namedAudiences.length > 0 ? ask([...ONBOARDED, ...namedAudiences]) : undefined;
  const found = onboarded?.isOidc ? onboarded : named;
  if (!found?.isOidc) return undefined;
  const trusts = `trusts ${found.providerArn} for the audience ${found.audiences.join(', ')}`;
  const isOnboarded = found === onboarded;
  const marks = isOnboarded ? [] : marksOf(role, facts);
  const isUnmarked = !isOnboarded && marks.length === 0;
  const why = [
    isOnboarded ? trusts : `${trusts}, which the manifest names`,
    ...(isUnmarked ? ['nothing else connects it with Permissions Management'] : marks),
    ...(found.shutsOut ? [`but ${found.shutsOut.join(' and ')} shuts the CIEM application out`] : []),
  ];
  const nameOnly = isUnmarked ? 'onlyNamed' : found.shutsOut ? 'shutOut' : undefined;
  return {
    role,
    part: 'oidc',
    // Another audience beside onboarding's own is somebody's who is let in, too: that it is used here connects it with nothing.
    uses: audienceUses(found),
    ...withoutDeleted(why, found.others, facts),
    ...(found.doubted
      ? { doubt: `its trust, of which nobody knows whether the CIEM application meets ${found.doubted.join(' and ')}`, mepm: 'unknown' }
      : {}),
    ...(nameOnly === undefined ? {} : { nameOnly }),
    ...(found.shutsOut ? { mepm: 'out' } : {}),
  };
}

/** Marks of onboarding's own on a role, in words. */
function marksOf({ AttachedPolicies, AssumeRolePolicyDocument: trust }: RoleState, facts: OfTenant): string[] {
  const named = AttachedPolicies.map(nameInArn).filter((n) => namesTenant(n, facts.tenantId));
  return [
    ...named.map((n) => `has ${n}, named as onboarding did in this tenant`),
    ...(letsInCiemAlone(trust, facts) ? ["lets in nothing but the CIEM application's own tokens"] : []),
  ];
}

/** They trust nothing but what was deleted, whose ids explain nothing any more, and have a policy of the very name that onboarding gave in this tenant. */
function orphans(snapshot: AwsSnapshot, facts: Known, taken: readonly OurRole[]): OurRole[] {
  const alive = new Set((facts.awsById ?? []).filter((r) => r.state === 'alive').map((r) => r.id));
  return without(snapshot, taken).flatMap((role) => {
    const trusted = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
    const policies = role.AttachedPolicies.map(nameInArn).filter((n) => namesTenant(n, facts.tenantId));
    if (policies.length === 0 || trusted.length === 0 || !trusted.every((p) => isUniqueId(p) && !alive.has(p))) return [];
    const why = [
      `has ${policies.join(', ')}, named as onboarding did in this tenant`,
      `trusts nothing but ${[...new Set(trusted)].join(', ')}, deleted since: whose that was nothing proves`,
    ];
    return [{ role, part: partOf(role, facts.tenantId), why, uses: [], others: [], nameOnly: 'orphan' as const }];
  });
}

function trustingRoles(snapshot: AwsSnapshot, facts: Known, taken: readonly OurRole[]): OurRole[] {
  return without(snapshot, taken).flatMap((role) => trustingRole(role, facts) ?? []);
}

function without({ roles }: AwsSnapshot, taken: readonly OurRole[]): RoleState[] {
  const arns = new Set(taken.map((o) => o.role.Arn));
  return roles.filter((r) => !arns.has(r.Arn) && mayBeOurs(r));
}

/** The OIDC roles among the principals that a trust policy lets assume the role. */
export function trustedOidcRoles(role: RoleState, oidcRoles: Facts['awsOidcRoles']): Facts['awsOidcRoles'] {
  const assuming = trustStatements(role.AssumeRolePolicyDocument).filter((s) => allows(s, 'sts:AssumeRole'));
  const named = new Set(assuming.flatMap((s) => s.principals.flatMap((p) => (p.type === 'AWS' ? p.value : []))));
  return oidcRoles.filter((o) => named.has(o.mark));
}

/**
 * The OIDC roles that a role which is not ours may need: those that its trust names, their sessions, and those that it lets in with others, by a
 * condition that names them.
 */
export function oidcRolesNeeded(role: RoleState, oidcRoles: Facts['awsOidcRoles']): Facts['awsOidcRoles'] {
  const assuming = trustStatements(role.AssumeRolePolicyDocument).filter((s) => allows(s, 'sts:AssumeRole'));
  const named = new Set(trustedOidcRoles(role, oidcRoles).map((o) => o.mark));
  return oidcRoles.filter(({ mark }) => named.has(mark) || assuming.some((s) => letsInByCondition(s, mark)));
}

function letsInByCondition({ principals, conditions }: TrustStatement, mark: string): boolean {
  const sessions = sessionsOf(mark);
  if (principals.some((p) => p.value.startsWith(sessions))) return true;
  const isAmongThem = principals.some((p) => isAmong(p, 'AWS', mark) || isAccountOf(p.value, mark));
  const values = conditions.filter((c) => !/(?:string|arn)not/.test(c.operator)).flatMap((c) => c.values);
  return (
    isAmongThem && values.some((v) => namesARole(v) && [mark, `${mark}:session`, `${sessions}session`].some((m) => matchesWildcard(v, m)))
  );
}

function trustingRole(role: RoleState, facts: Known): OurRole | undefined {
  const proofs = trustedOidcRoles(role, facts.awsOidcRoles);
  if (proofs.length === 0) return undefined;
  const trusted = proofs.map((p) => p.mark);
  const proving = proofs.filter((p) => !p.nameOnly);
  const doubt = doubtOf((proving.length > 0 ? proving : proofs).map((p) => p.doubt));
  const all = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
  return {
    role,
    part: partOf(role, facts.tenantId),
    uses: trusted.map(roleToken),
    ...withoutDeleted(
      [`trusts the OIDC role ${trusted.join(', ')}${proving.length > 0 ? '' : ', which is ours by name only'}`],
      all.filter((p) => !trusted.includes(p)),
      facts,
    ),
    ...(doubt === undefined ? {} : { doubt }),
    ...(proving.length > 0 ? {} : { nameOnly: 'onlyNamed' as const }),
  };
}

/** Who else comes in; what was deleted does not, and is only told. */
function withoutDeleted(why: string[], others: string[], facts: Pick<Facts, 'awsById'>): Pick<OurRole, 'why' | 'others'> {
  const all = [...new Set(others)].toSorted();
  const gone = all.filter((p) => isDeleted(p, facts));
  const told = gone.length === 0 ? [] : [`trusts ${gone.join(', ')} as well, deleted since: nobody comes in by that`];
  return { why: [...why, ...told], others: all.filter((p) => !gone.includes(p)) };
}

function mayBeOurs(role: RoleState): boolean {
  return !isDefenderRole(role.RoleName) && !isServiceLinked(role);
}

/** Decides order and title only, so names of attached policies are enough. */
function partOf(role: RoleState, tenantId: string): RolePart {
  const attached = role.AttachedPolicies.map(nameInArn);
  const made = new Set(attached.map((n) => onboardingPolicy(n, tenantId)));
  const inline = Object.entries(role.InlinePolicies);
  if (attached.includes('AWSConfigRoleForOrganizations') || made.has('scp') || made.has('sso')) return 'management';
  const trail = made.has('trail') || inline.some(([n, d]) => /cloudtrail/i.test(n) || /"s3:/i.test(JSON.stringify(d)));
  return trail ? 'logging' : 'member';
}
