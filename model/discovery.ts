import type { z } from 'zod';
import { OffboardError } from './errors.ts';
import { MEPM } from './footprint.ts';
import { refuseFaults } from './fault.ts';
import { duplicates, namedAndLeftOut } from './manifest-faults.ts';
import { ManifestSchema, type Manifest } from './manifest.ts';
import type { CollectorType } from './names.ts';
import { isOneOf } from './one-of.ts';

/**
 * What a discovery looks at: those fields of a manifest that name the tenant and its systems. `all` needs no root here (the worker's own
 * credentials tell it), and the role is the worker's default where none is named.
 */
export const DiscoveryScopeSchema = ManifestSchema.pick({ tenant: true, azure: true, gcp: true, exclude: true }).extend({
  aws: ManifestSchema.shape.aws.unwrap().partial({ assumeRole: true }).optional(),
});
export type DiscoveryScope = z.infer<typeof DiscoveryScopeSchema>;

type Collectors = Manifest['collectors'];

/** A person waits for a discovery: what cannot be reached for this long counts as unknown. */
const UNREACHABLE = '30m';

/** The role that AWS Organizations itself makes in each account it creates, which the management account may assume. */
export const DEFAULT_AWS_ROLE = 'OrganizationAccountAccessRole';

/**
 * A manifest to walk, read and judge with, when nobody has written one yet: the scope, no people, and what collectors the portal lists.
 * `awsRole` is assumed where the scope names no role. Throws OffboardError 'InvalidValue' naming the field.
 */
export function draftManifest(scope: unknown, collectors: Collectors, awsRole = DEFAULT_AWS_ROLE): Manifest {
  const { aws } = scope as Partial<DiscoveryScope>;
  const parsed = ManifestSchema.safeParse({
    ...(scope as object),
    ...(aws === undefined ? {} : { aws: { ...aws, assumeRole: aws.assumeRole ?? awsRole } }),
    successor: { none: 'a discovery changes nothing', attestedBy: 'nobody' },
    collectors: [{ id: 'none', type: 'aws', driver: 'retired', recipient: 'nobody' }],
    approvers: ['nobody'],
    waits: { unreachable: UNREACHABLE },
  });
  if (!parsed.success)
    throw new OffboardError('InvalidValue', `scope: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
  refuseFaults([...duplicates(parsed.data), ...namedAndLeftOut(parsed.data)], 'scope');
  return { ...parsed.data, collectors, approvers: [] };
}

/** Pure: the scope with the roots and lists that the walk found in place of what the worker was left to find. */
export function foundScope(scope: DiscoveryScope, { aws, gcp }: Manifest): DiscoveryScope {
  const found = { ...scope };
  if (scope.aws && aws) {
    const { managementAccount, assumeRole } = aws;
    const members = managementAccount === undefined && aws.members.length > 0 ? aws.members : scope.aws.members;
    found.aws = { ...scope.aws, members, assumeRole, ...(managementAccount === undefined ? {} : { managementAccount }) };
  }
  if (scope.gcp?.projects === 'all' && gcp) {
    if (gcp.organization !== undefined) found.gcp = { ...scope.gcp, organization: gcp.organization };
    else if (gcp.projects.length > 0) found.gcp = { projects: gcp.projects };
  }
  return found;
}

/** Pure: whether a start could take these sections as they stand; not where a tree's root could not be found. */
export function isRooted({ aws, gcp }: Pick<DiscoveryScope, 'aws' | 'gcp'>): boolean {
  const isAwsRooted = aws?.members !== 'all' || aws.managementAccount !== undefined;
  return isAwsRooted && (gcp?.projects !== 'all' || gcp.organization !== undefined);
}

/** Which cloud an OIDC application served, by its known audiences; undefined for any other. */
export function cloudOfAudience(uris: readonly string[]): CollectorType | undefined {
  if (uris.some((u) => isOneOf(MEPM.awsAudiences, u))) return 'aws';
  return uris.some((u) => isOneOf(MEPM.gcpAudiences, u)) ? 'gcp' : undefined;
}
