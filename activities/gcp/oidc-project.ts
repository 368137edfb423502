import { issuerOf } from '../../model/footprint.ts';
import type { ReadContext } from '../cloud.ts';
import { unlessRefused } from '../answer.ts';
import { classifyGcp } from './wire/classify.ts';
import type { GcpApi } from './wire/clients.ts';
import { GCP_NAMES, judgeProvider } from './footprint/ownership.ts';
import { usedWords } from './footprint/accounts.ts';
import { DELETED, lastSegment, type AccountWithPolicy, type OidcProject, type PoolWithProviders } from './snapshot.ts';

/** Policies are read side by side, few enough to stay far below IAM's read quota (6,000 a minute and project). */
const POLICIES_AT_ONCE = 8;

/** A project the manifest names as the one of the pool: all its pools and service accounts. */
export async function readOidcProject(api: GcpApi, projectId: string, context: ReadContext): Promise<OidcProject> {
  return await readAround(api, projectId, await readPools(api, projectId), context);
}

/** Any other project: the same, but only where a pool is ours, Defender's or like them; undefined elsewhere. */
export async function lookForOidcProject(api: GcpApi, projectId: string, context: ReadContext): Promise<OidcProject | undefined> {
  const pools = await readPools(api, projectId);
  const { id, cloud } = context.manifest.tenant;
  const anchors = { tenantId: id, issuer: issuerOf(id, cloud), awsOidcRoles: [], gcpServiceAccounts: [] };
  const concernsUs = pools.some((pool) => {
    const named = [lastSegment(pool.name), pool.displayName].some((n) => (GCP_NAMES.pool as readonly string[]).includes(n));
    const verdicts = pool.providers.map((p) => judgeProvider(p, anchors));
    return named || verdicts.some((v) => v.whose !== 'other' || v.looksAlike);
  });
  return concernsUs ? await readAround(api, projectId, pools, context) : undefined;
}

async function readPools(api: GcpApi, projectId: string): Promise<PoolWithProviders[]> {
  const live = (await api.listPools(projectId)).filter((p) => p.state !== DELETED);
  return await Promise.all(live.map(async (p) => ({ ...p, providers: await api.listProviders(p.name) })));
}

async function readAround(api: GcpApi, projectId: string, pools: PoolWithProviders[], context: ReadContext): Promise<OidcProject> {
  const [projectNumber, accounts, use] = await Promise.all([
    api.projectNumber(projectId),
    api.listServiceAccounts(projectId),
    recentUse(api, projectId, context.manifest.guards.usedWithin),
  ]);
  const serviceAccounts: AccountWithPolicy[] = [];
  for (let from = 0; from < accounts.length; from += POLICIES_AT_ONCE) {
    const batch = accounts.slice(from, from + POLICIES_AT_ONCE).map(async (account) => {
      const policy = await api.getPolicy(account.name);
      return policy === undefined ? [] : [{ ...account, policy }];
    });
    serviceAccounts.push(...(await Promise.all(batch)).flat());
  }
  return { projectNumber, pools, serviceAccounts, ...use };
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
