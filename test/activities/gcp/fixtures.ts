import type { Facts, Finding } from '../../../model/finding.ts';
import { issuerOf, MEPM } from '../../../model/footprint.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { GcpApi } from '../../../activities/gcp/wire/clients.ts';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { AccountWithPolicy, Binding, GcpSnapshot, Policy, PoolWithProviders, Provider } from '../../../activities/gcp/snapshot.ts';

/** What onboarding leaves in an OIDC project, piece by piece, for tests to vary. */

export const TENANT = '7c0e1d4a-2b35-4f6e-9a87-1d2c3b4a5f60';
export const ISSUER = issuerOf(TENANT, 'public');
export const PROJECT = 'contoso-security';
export const NUMBER = '481516234200';
export const EMAIL = `mciem-service@${PROJECT}.iam.gserviceaccount.com`;
export const UNIQUE_ID = '104200000000000000001';
export const POOL = `projects/${PROJECT}/locations/global/workloadIdentityPools/mciem-wi-pool`;
export const CIEM_CONDITION = `attribute.appid == '${MEPM.ciemAppId}'`;

export function provider(change: Partial<Provider> = {}, id = 'mciem-wi-provider', pool = POOL): Provider {
  return {
    name: `${pool}/providers/${id}`,
    state: 'ACTIVE',
    displayName: 'ms-ciem-wip-provider',
    description: '',
    issuer: `https://${ISSUER}`,
    audiences: ['api://mciem-gcp-oidc-app'],
    attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
    attributeCondition: CIEM_CONDITION,
    disabled: false,
    ...change,
  };
}

export function pool(providers: Provider[], name = POOL, displayName = 'ms-ciem-workload-identity-pool'): PoolWithProviders {
  return { name, state: 'ACTIVE', displayName, description: '', disabled: false, providers };
}

/** A member for identities of a pool: all of them, or those that `selector` names. */
export function principals(poolId = 'mciem-wi-pool', selector = '*', number = NUMBER): string {
  return `principalSet://iam.googleapis.com/projects/${number}/locations/global/workloadIdentityPools/${poolId}/${selector}`;
}

export function workloadUser(...members: string[]): Binding {
  return { role: 'roles/iam.workloadIdentityUser', members };
}

export function account(bindings: Binding[], change: Partial<AccountWithPolicy> = {}): AccountWithPolicy {
  const email = change.email ?? EMAIL;
  return {
    name: `projects/${PROJECT}/serviceAccounts/${email}`,
    email,
    uniqueId: UNIQUE_ID,
    displayName: 'ms-ciem-service-account',
    description: '',
    disabled: false,
    policy: { version: 1, etag: 'BwX1', bindings },
    ...change,
  };
}

export function oidcProject(pools: PoolWithProviders[], serviceAccounts: AccountWithPolicy[], policy: Policy = {}): GcpSnapshot {
  const resource = `projects/${PROJECT}`;
  return {
    system: `gcp:${resource}`,
    resource,
    policy,
    ourselves: [],
    oidc: { projectNumber: NUMBER, pools, serviceAccounts, usedRecently: {} },
  };
}

/** As onboarding left it, nothing else around. */
export function onboarded(): GcpSnapshot {
  return oidcProject([pool([provider()])], [account([workloadUser(principals())])]);
}

export function factsOf(snapshot: GcpSnapshot): Facts {
  const found = gcpCloud().facts(snapshot, TENANT, ISSUER);
  return { tenantId: TENANT, issuer: ISSUER, awsOidcRoles: [], gcpServiceAccounts: [], ...found };
}

/** All kinds' judgement of one snapshot. */
export function judge(snapshot: GcpSnapshot, facts = factsOf(snapshot)) {
  const matches = gcpCloud().kinds.map((kind) => kind.match(snapshot, facts));
  return { findings: matches.flatMap((m) => m.findings), bystanders: matches.flatMap((m) => m.bystanders) };
}

export function planned(finding: Pick<Finding, 'id' | 'snapshot'>): PlanItem {
  return {
    kind: 'gcp',
    system: `gcp:projects/${PROJECT}`,
    title: '',
    phase: 'permissions',
    why: [],
    confidence: 'certain',
    risk: 'none',
    stage: 'project-bindings',
    provides: [],
    uses: [],
    fingerprint: '',
    dependsOn: [],
    ...finding,
  };
}

/** An API that answers the given calls and fails the test on every other. */
export function apiWith(calls: Partial<GcpApi>): GcpApi {
  return new Proxy(calls as GcpApi, {
    get(target, call) {
      const answer = target[call as keyof GcpApi];
      if (!answer) throw new Error(`unexpected call ${String(call)}`);
      return answer;
    },
  });
}

/** An error as the SDK throws it for an answer of Google's. */
export function googleError(status: number, rpc: string, message: string, extra: { headers?: Headers; details?: object[] } = {}): Error {
  const response = {
    status,
    headers: extra.headers ?? new Headers(),
    data: { error: { code: status, status: rpc, message, details: extra.details ?? [] } },
  };
  const config = { headers: { authorization: 'Bearer ya29.secret' } };
  return Object.assign(new Error(message), { status, response, config });
}
