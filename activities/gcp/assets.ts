import { DEFENDER } from '../../model/footprint.ts';
import type { ReadContext } from '../cloud.ts';
import { isActing } from './footprint/acting.ts';
import { WORKLOAD_IDENTITY_USER } from './footprint/accounts.ts';
import type { GcpApi } from './wire/clients.ts';
import { isNamedLikeOurs, GCP_NAMES } from './footprint/ownership.ts';
import { grantsOf } from './footprint/grants.ts';
import { lastSegment } from './snapshot.ts';
import { addressEnd, poolMember } from './footprint/members.ts';

/** Below this many systems two searches save too little for an answer that may be minutes old. */
const WORTHWHILE = 20;
/** How long an answer serves once it is there, in ms: a batch of readings. A large estate's takes longer to come. */
const SERVES_MS = 60_000;

const MANAGER = 'cloudresourcemanager.googleapis.com';
const LEVELS = ['Organization', 'Folder', 'Project'].map((type) => `${MANAGER}/${type}`);
const ACCOUNT = 'iam.googleapis.com/ServiceAccount';

/** Members that are worth showing though they are not ours. */
const NAMED = [...GCP_NAMES.serviceAccount, DEFENDER.gcpServiceAccount];

/** Resources whose policies, as Cloud Asset shows them, hold nothing that could be ours, with how many grants there are in each. */
export type Harmless = ReadonlyMap<string, number>;

/**
 * Asks Cloud Asset Inventory for all policies below the manifest's organisation at once, which spares a call for each. It only ever says
 * what need not be read: what its answer does not show, or shows to hold a member that could be ours, is read. Undefined when the estate
 * is small, and when it may not be asked or does not answer whole. An answer serves one turn of one run: what was searched before a removal tells its verification
 * nothing, nor the next run.
 */
export function assetFilter(now: () => number = Date.now): (api: GcpApi, context: ReadContext) => Promise<Harmless | undefined> {
  const asked = new Map<string, { at?: number; answer: Promise<Harmless | undefined> }>();
  return (api, { manifest, turn = '' }) => {
    const { organization, folders = [], projects = [] } = manifest.gcp ?? {};
    if (organization === undefined || folders.length + projects.length < WORTHWHILE) return Promise.resolve(undefined);
    for (const [of, { at }] of asked) if (at !== undefined && now() - at >= SERVES_MS) asked.delete(of);
    const key = `${organization} ${turn}`;
    const known = asked.get(key);
    if (known && (known.at === undefined || now() - known.at < SERVES_MS)) return known.answer;
    const asking: { at?: number; answer: Promise<Harmless | undefined> } = {
      answer: ask(api, `organizations/${organization}`)
        .catch(() => undefined)
        .finally(() => (asking.at = now())),
    };
    asked.set(key, asking);
    return asking.answer;
  };
}

async function ask(api: GcpApi, organization: string): Promise<Harmless | undefined> {
  const [levels, accounts] = await Promise.all([api.searchPolicies(organization, LEVELS), api.searchPolicies(organization, [ACCOUNT])]);
  const trusting = accounts.filter(({ resource, policy }) =>
    grantsOf(resource, policy).some((g) => g.role === WORKLOAD_IDENTITY_USER && poolMember(g.member) !== undefined),
  );
  // An account may be named by its unique id there, so it is its project that tells which members could be ours.
  const projects = trusting.map(({ resource }) => /^\/\/iam\.googleapis\.com\/projects\/([^/]+)\//.exec(resource)?.[1]);
  if (projects.some((p) => p === undefined || /^\d+$/.test(p))) return undefined;
  const ours = new Set(projects.flatMap((p) => (p === undefined ? [] : [addressEnd(p)])));
  // Google's default accounts have addresses of their own.
  const named = new Set(trusting.map(({ resource }) => `serviceAccount:${lastSegment(resource)}`));
  const couldBeOurs = (member: string) =>
    member.startsWith('deleted:') ||
    // Identities of a pool may hold roles themselves.
    poolMember(member) !== undefined ||
    ours.has(member.slice(member.indexOf('@'))) ||
    named.has(member) ||
    NAMED.some((n) => member.startsWith(`serviceAccount:${n}@`));
  return new Map(
    levels.flatMap(({ resource, policy }) => {
      const grants = grantsOf(resource, policy);
      // A right over all accounts of a project reaches ours only in its own project, whose policy is read anyway.
      const mayReach = !resource.startsWith(`//${MANAGER}/projects/`);
      return grants.some((g) => couldBeOurs(g.member) || isNamedLikeOurs({ name: g.role }) || (mayReach && isActing(g.role)))
        ? []
        : [[resource.replace(`//${MANAGER}/`, ''), grants.length] as const];
    }),
  );
}
