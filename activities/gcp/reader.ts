import type { PlanItem } from '../../model/plan.ts';
import { nativeId, type SystemId } from '../../model/names.ts';
import { each } from '../../model/selector.ts';
import type { ReadContext } from '../cloud.ts';
import type { Harmless } from './assets.ts';
import type { GcpApi } from './wire/clients.ts';
import { demandPolicy } from './wire/policies.ts';
import {
  type GcpSnapshot,
  type OidcProject,
  DELETED,
  lastSegment,
  projectOf,
  type AccountWithPolicy,
  type ServiceAccount,
  type PoolStanding,
  type PoolWithProviders,
  type CustomRole,
  type CustomRoles,
  type Policy,
} from './snapshot.ts';
import { audienceToken } from '../../model/tokens.ts';
import { issuerOf } from '../../model/footprint.ts';
import { isOneOf } from '../../model/one-of.ts';
import { unlessRefused } from '../answer.ts';
import { foundOf } from '../settle.ts';
import { classifyGcp, failureWords, isGone, isRetry } from './wire/classify.ts';
import { GCP_NAMES, judgeProvider, isNamedLikeOurs } from './footprint/ownership.ts';
import { usedWords } from './footprint/accounts.ts';
import { type AccountGrant, grantsOf } from './footprint/grants.ts';
import { poolMember, poolOf } from './footprint/members.ts';

/**
 * One organisation, folder or project: its IAM policy, and for the manifest's OIDC project (or, when it names none, for each project
 * with a pool that trusts this tenant) the pools, providers and service accounts too. Any listing that fails throws. A policy that
 * `harmless` names is not read.
 */
export async function readGcp(api: GcpApi, system: SystemId, context: ReadContext, harmless?: Harmless): Promise<GcpSnapshot> {
  const resource = nativeId(system);
  const { oidc, poolStates } = await readOidc(api, resource, context);
  const seen = poolStates ? { poolStates } : {};
  const ourselves = await api.ourselves();
  if (!oidc && context.usersOf && !context.usersOf.some(isHeldInPolicies))
    return { system, resource, policy: {}, notRead: { grants: 0 }, ourselves: byProjectId(ourselves, oidc, resource), ...seen };
  const grants = oidc ? undefined : harmless?.get(resource);
  const policy = grants === undefined ? { policy: await demandPolicy(api, resource) } : { policy: {}, notRead: { grants } };
  const customRoles = await readCustomRoles(api, resource, policy.policy, context.manifest.waits.settle);
  return {
    system,
    resource,
    ...policy,
    ourselves: byProjectId(ourselves, oidc, resource),
    ...(customRoles ? { customRoles } : {}),
    ...(oidc ? { oidc } : {}),
    ...seen,
  };
}

/** Whether a policy may name who uses it: accounts and pools are members; what trusts an audience, or the sign-in, is a provider. */
function isHeldInPolicies(token: string): boolean {
  return token.startsWith('gcp:') && token !== audienceToken('gcp', '').slice(0, -1);
}

/** The project that the manifest names as the one of the pool; where it names none, any with a pool that is ours, Defender's or like them. */
async function readOidc(api: GcpApi, resource: string, context: ReadContext): Promise<Pick<GcpSnapshot, 'oidc' | 'poolStates'>> {
  const [type, id = ''] = resource.split('/');
  const named = each(context.manifest.gcp?.oidcProject);
  if (type !== 'projects' || (named.length > 0 && !named.includes(id))) return {};
  const { pools, poolStates } = await readPools(api, id);
  const isOurWork = ownIn(context, ...OF_POOLS).some((item) => item.system === `gcp:${resource}`);
  if (named.length === 0 && !isOurWork && !pools.some((pool) => concernsUs(pool, context))) return { poolStates };
  return { oidc: await readAround(api, id, pools, context), poolStates };
}

function concernsUs(pool: PoolWithProviders, { manifest }: ReadContext): boolean {
  const { id, cloud } = manifest.tenant;
  const facts = { tenantId: id, issuer: issuerOf(id, cloud), awsOidcRoles: [], gcpServiceAccounts: [] };
  const named = [lastSegment(pool.name), pool.displayName].some((n) => isOneOf(GCP_NAMES.pool, n));
  const verdicts = pool.providers.map((p) => judgeProvider(p, facts));
  return named || verdicts.some((v) => v.whose !== 'other' || v.looksAlike);
}

const OF_POOLS = ['gcp-pool', 'gcp-provider'];
const ON_ACCOUNTS = ['gcp-impersonation-binding'];

/** What of some kinds is this run's own doing, to be put back: without it, what it was around would not be looked at any more. */
function ownIn({ own = [] }: ReadContext, ...kinds: string[]): PlanItem[] {
  return own.flatMap(({ item }) => (kinds.includes(item.kind) ? [item] : []));
}

/** Credentials name a project by its number; everything else here goes by its id. */
function byProjectId(ourselves: string[], oidc: OidcProject | undefined, resource: string): string[] {
  return ourselves.map((name) => (oidc ? name.replace(`projects/${oidc.projectNumber}/`, `${resource}/`) : name));
}

/** Policies are read side by side, few enough to stay far below IAM's read quota (6,000 a minute and project). */
const POLICIES_AT_ONCE = 8;

async function readPools(
  api: GcpApi,
  projectId: string,
): Promise<{ pools: PoolWithProviders[]; poolStates: NonNullable<GcpSnapshot['poolStates']> }> {
  const listed = await api.listPools(projectId);
  const live = listed.filter((p) => p.state !== DELETED).map(({ until: _, ...p }) => p);
  const pools = await Promise.all(live.map(async (p) => ({ ...p, providers: await api.listProviders(p.name) })));
  const standing = ({ state, until }: (typeof listed)[number]): PoolStanding =>
    state === DELETED ? (until === undefined ? {} : { until }) : 'live';
  return { pools, poolStates: Object.fromEntries(listed.map((p) => [p.name, standing(p)])) };
}

async function readAround(api: GcpApi, projectId: string, pools: PoolWithProviders[], context: ReadContext): Promise<OidcProject> {
  const [projectNumber, accounts, use] = await Promise.all([
    api.projectNumber(projectId),
    api.listServiceAccounts(projectId),
    recentUse(api, projectId, context.manifest.guards.usedWithin),
  ]);
  const elsewhere = await readElsewhere(api, projectId, projectNumber, pools, context);
  return { projectNumber, pools, serviceAccounts: await withPolicies(api, accounts, context), ...elsewhere, ...use };
}

async function withPolicies(api: GcpApi, accounts: ServiceAccount[], context: ReadContext): Promise<AccountWithPolicy[]> {
  const before = new Set(ownIn(context, ...ON_ACCOUNTS).map((item) => (item.snapshot as AccountGrant).resource));
  const read = async (account: ServiceAccount): Promise<AccountWithPolicy | undefined> => {
    const policy = await api.getPolicy(account.name);
    if (policy === undefined) return undefined;
    const isTrusting = before.has(account.name) || grantsOf(account.name, policy).some((g) => poolMember(g.member));
    return { ...account, policy, ...(isTrusting ? await keysOf(api, account) : {}) };
  };
  return await foundOf(context.manifest.waits.settle, accounts, read, POLICIES_AT_ONCE);
}

/** Whoever has a key of an account acts as it, pool or not. */
async function keysOf(api: GcpApi, { name }: ServiceAccount): Promise<Pick<AccountWithPolicy, 'keys' | 'keysUnseen'>> {
  const keys = await unlessRefused(classifyGcp, () => api.listKeys(name));
  if (!keys.ok) return { keysUnseen: keys.failure.message };
  return keys.value.length === 0 ? {} : { keys: keys.value };
}

/** Without Cloud Asset so many other projects are looked through, account by account. */
const FEW_PROJECTS = 20;
const ACCOUNTS = ['iam.googleapis.com/ServiceAccount'];

/** Accounts of other projects that let a pool of ours in: Cloud Asset Inventory knows them all; its word is only where to look. */
async function readElsewhere(
  api: GcpApi,
  projectId: string,
  projectNumber: string,
  pools: PoolWithProviders[],
  context: ReadContext,
): Promise<Pick<OidcProject, 'elsewhere' | 'elsewhereUnseen'>> {
  const ours = new Set(pools.filter((p) => concernsUs(p, context)).map((p) => lastSegment(p.name)));
  if (ours.size === 0) return {};
  const isTrusting = (name: string, policy: Policy) => grantsOf(name, policy).some((g) => ours.has(poolOf(g.member, projectNumber) ?? ''));
  const { organization, projects = [] } = context.manifest.gcp ?? {};
  const searched =
    organization === undefined
      ? undefined
      : await unlessRefused(classifyGcp, () => api.searchPolicies(`organizations/${organization}`, ACCOUNTS));
  const others = Array.isArray(projects) ? projects.filter((p) => p !== projectId) : [];
  if (!searched?.ok && others.length > FEW_PROJECTS)
    return { elsewhereUnseen: searched ? searched.failure.message : 'the manifest names no organisation' };
  const found = searched?.ok ? namedIn(searched.value.filter((f) => isTrusting(f.resource, f.policy))) : await listedIn(api, others);
  const elsewhere: AccountWithPolicy[] = [];
  const unseen = [...found.unseen];
  for (const name of found.names.filter((n) => projectOf(n) !== projectId)) {
    const account = await unlessRefused(classifyGcp, async () => {
      const there = await api.getServiceAccount(name);
      return there ? await withPolicies(api, [there], context) : [];
    });
    if (account.ok) elsewhere.push(...account.value.filter((a) => isTrusting(a.name, a.policy)));
    else unseen.push(account.failure.message);
  }
  return {
    ...(elsewhere.length > 0 ? { elsewhere } : {}),
    ...(unseen.length > 0 ? { elsewhereUnseen: [...new Set(unseen)].toSorted().join('; ') } : {}),
  };
}

interface Named {
  names: string[];
  unseen: string[];
}

/** By the names that Cloud Asset gives. */
function namedIn(found: readonly { resource: string }[]): Named {
  return { names: found.map(({ resource }) => resource.replace(/^\/\/[^/]+\//, '')), unseen: [] };
}

async function listedIn(api: GcpApi, projects: string[]): Promise<Named> {
  const all = await Promise.all(projects.map((p) => unlessRefused(classifyGcp, () => api.listServiceAccounts(p))));
  return {
    names: all.flatMap((l) => (l.ok ? l.value.map((a) => a.name) : [])),
    unseen: all.flatMap((l) => (l.ok ? [] : [l.failure.message])),
  };
}

/**
 * Which accounts were used within `within` ms. Not every project lets Policy Analyzer be asked: then no use is known, and that is told.
 * An answer that may still come is waited for, since the guard hangs on it.
 */
async function recentUse(api: GcpApi, projectId: string, within: number): Promise<Pick<OidcProject, 'usedRecently' | 'useUnknown'>> {
  const last = await unlessRefused(classifyGcp, () => api.lastAuthentications(projectId));
  if (!last.ok)
    return { usedRecently: {}, useUnknown: `Policy Analyzer could not be asked when the accounts were last used: ${last.failure.message}` };
  const recent = [...last.value].filter(([, at]) => Date.now() - at.getTime() < within);
  return { usedRecently: Object.fromEntries(recent.map(([email, at]) => [email, usedWords(email, at)])) };
}

/**
 * The organisation's custom roles that onboarding may have made, and everybody who holds them anywhere in it. Undefined below
 * organisations. Where the listing is denied that is told, and the rest of the organisation is read all the same: such a role is rare.
 */
export async function readCustomRoles(api: GcpApi, resource: string, policy: Policy, settle: number): Promise<CustomRoles | undefined> {
  if (!resource.startsWith('organizations/')) return undefined;
  try {
    const named = (await api.listRoles(resource)).filter(isNamedLikeOurs);
    const found = await foundOf(settle, named, ({ name }) => api.getRole(name), POLICIES_AT_ONCE);
    const roles = found.map(({ deleted: _, ...kept }): CustomRole => kept);
    return roles.length === 0
      ? { roles, holders: [] }
      : { roles, ...(await holdersOf(api, resource, policy, new Set(roles.map((r) => r.name)))) };
  } catch (error) {
    // An organisation that is not there is no finding of its roles.
    if (isRetry(error) || isGone(error)) throw error;
    return { roles: [], holders: [], unseen: failureWords(error) };
  }
}

/** From Cloud Asset Inventory, since any folder's or project's policy may name the role; else only the organisation's own policy is known. */
async function holdersOf(api: GcpApi, organization: string, own: Policy, roles: Set<string>): Promise<Omit<CustomRoles, 'roles'>> {
  const held = (resource: string, policy: Policy) =>
    grantsOf(resource, policy).flatMap((g) => (roles.has(g.role) ? [{ role: g.role, member: g.member, resource }] : []));
  const here = held(organization, own);
  const found = await unlessRefused(classifyGcp, () => api.searchPolicies(organization, []));
  if (!found.ok) return { holders: here, elsewhereUnseen: found.failure.message };
  const elsewhere = found.value
    .flatMap((f) => held(f.resource.replace(/^\/\/[^/]+\//, ''), f.policy))
    .filter((h) => h.resource !== organization);
  return { holders: [...here, ...elsewhere].toSorted((a, b) => (a.resource + a.member < b.resource + b.member ? -1 : 1)) };
}
