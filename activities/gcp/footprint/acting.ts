import type { Facts } from '../../../model/finding.ts';
import { projectOf, type GcpSnapshot } from '../snapshot.ts';
import { grantsOf } from './grants.ts';
import { poolHeldBy } from './holders.ts';
import { accountHeldBy, addressOf, projectOfAddress } from './members.ts';

/**
 * Roles that are about acting as service accounts, or about making keys of them. Given on a project, folder or organisation they reach every account in it. Owners,
 * editors and administrators may do as much nearly everywhere, which says nothing of an account.
 */
const ACTING: readonly string[] = [
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountUser',
  'roles/iam.serviceAccountOpenIdTokenCreator',
  'roles/iam.serviceAccountKeyAdmin',
  'roles/iam.workloadIdentityUser',
];

export function isActing(role: string): boolean {
  return ACTING.includes(role);
}

/** Pure: who may act as all service accounts of a project, folder or organisation. Google's own agents, which its services need, are left out. */
export function actingIn({ resource, policy }: Pick<GcpSnapshot, 'resource' | 'policy'>): NonNullable<Facts['gcpActing']> {
  return grantsOf(resource, policy)
    .filter((g) => isActing(g.role) && !isAgent(g.member))
    .map(({ role, member }) => ({ resource, role, member }));
}

/** Pure: of these what may reach an account of ours, and is not held by what is ours itself: by its own project, or perhaps by what that lies in. Sorted. */
export function actingAsOurs(
  acting: NonNullable<Facts['gcpActing']>,
  facts: Pick<Facts, 'gcpServiceAccounts' | 'gcpPools'>,
): NonNullable<Facts['gcpActing']> {
  const projects = new Set(facts.gcpServiceAccounts.filter((a) => !a.gone).map((a) => projectOfAddress(a.email)));
  const reaches = (resource: string) => (resource.startsWith('projects/') ? projects.has(projectOf(resource)) : projects.size > 0);
  return acting
    .filter((a) => reaches(a.resource) && !accountHeldBy(a.member, facts) && !poolHeldBy(a.member, facts))
    .toSorted((a, b) => (`${a.resource} ${a.member} ${a.role}` < `${b.resource} ${b.member} ${b.role}` ? -1 : 1));
}

function isAgent(member: string): boolean {
  return /@(?:gcp-sa-[a-z0-9-]+|[a-z0-9-]+-robot|cloudservices|cloudbuild)\b/.test(addressOf(member) ?? '');
}
