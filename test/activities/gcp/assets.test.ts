import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import { assetFilter } from '../../../activities/gcp/assets.ts';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { systemsOf } from '../../../model/manifest-systems.ts';
import type { CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { apiWith, CIEM_CONDITION, EMAIL, googleError, ISSUER, NUMBER, principals, PROJECT, TENANT } from './fixtures.ts';
import { contextOf, googleAt } from './in-process.ts';

const MANY = 60;
const projects = Array.from({ length: MANY }, (_, n) => `contoso-app-${100 + n}`);
const ORGANIZATION = { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' };
const project = (projectId: string, number: string) => ({
  kind: 'gcp-project',
  ours: false,
  projectId,
  number,
  parent: 'organizations/900',
});
const binding = (resource: string, role: string, ...members: string[]) => ({ kind: 'gcp-binding', ours: false, resource, role, members });
const HOLDER = `serviceAccount:${EMAIL}`;

/** The OIDC project, sixty others with a policy of their own, our account in two of them, one project without any policy. */
const ESTATE = [
  ORGANIZATION,
  project(PROJECT, NUMBER),
  { kind: 'gcp-service-account', ours: true, project: PROJECT, accountId: 'mciem-service', uniqueId: '104' },
  { kind: 'gcp-pool', ours: true, project: PROJECT, id: 'mciem-wi-pool' },
  {
    kind: 'gcp-provider',
    ours: true,
    project: PROJECT,
    pool: 'mciem-wi-pool',
    id: 'mciem-wi-provider',
    issuer: `https://${ISSUER}`,
    audiences: ['api://mciem-gcp-oidc-app'],
    attributeCondition: CIEM_CONDITION,
  },
  binding(`projects/${PROJECT}/serviceAccounts/${EMAIL}`, 'roles/iam.workloadIdentityUser', principals()),
  ...projects.map((id, n) => project(id, String(700 + n))),
  ...projects.slice(1).map((id) => binding(`projects/${id}`, 'roles/owner', 'user:eve@contoso.example')),
  binding('projects/contoso-app-120', 'roles/viewer', HOLDER),
  binding('projects/contoso-app-140', 'roles/iam.securityAdmin', HOLDER),
  binding('projects/contoso-app-150', 'roles/viewer', 'serviceAccount:mciem-service@elsewhere-123.iam.gserviceaccount.com'),
];

let sandbox: CloudSandbox;
afterEach(() => sandbox.close());

/** Reads every system of the manifest; gives the findings and how many requests of each kind reached the sandbox. */
async function discover(estate: object[], gcp: object) {
  sandbox = await googleAt(estate);
  const requests = { policies: 0, assets: 0 };
  const count = (message: unknown) => {
    const { url } = (message as { request: { url: string } }).request;
    if (url.includes(':getIamPolicy') && url.startsWith('/gcp-crm')) requests.policies++;
    if (url.startsWith('/gcp-asset')) requests.assets++;
  };
  subscribe('http.server.request.start', count);
  try {
    const cloud = gcpCloud();
    const context = contextOf(gcp);
    const snapshots = [];
    for (const system of systemsOf(context.manifest).filter((s) => s.startsWith('gcp:')))
      snapshots.push(await cloud.read(await cloud.connect(system, context), system, context));
    const issuer = ISSUER;
    const gcpServiceAccounts = snapshots.flatMap((s) => cloud.facts(s, TENANT, issuer).gcpServiceAccounts ?? []);
    const facts = { tenantId: TENANT, issuer, awsOidcRoles: [], gcpServiceAccounts };
    const matches = snapshots.flatMap((s) => cloud.kinds.map((kind) => kind.match(s, facts)));
    const ids = matches.flatMap((m) => m.findings.map((f) => f.id)).toSorted();
    const told = matches.flatMap((m) => m.bystanders.map((s) => s.id)).toSorted();
    return { ids, told, requests, seen: matches.reduce((sum, m) => sum + (m.seen ?? 0), 0) };
  } finally {
    unsubscribe('http.server.request.start', count);
  }
}

const named = { organization: '900', projects: [PROJECT, ...projects], oidcProject: PROJECT };
const denied = ESTATE.map((o) => (o === ORGANIZATION ? { ...o, deny: ['cloudasset.assets.searchAllIamPolicies'] } : o));

describe('Cloud Asset', () => {
  it('spares a call for nearly every project, and what is found is the same without it', async () => {
    const without = await discover(denied, named);
    await sandbox.close();
    const withIt = await discover(ESTATE, named);
    expect(withIt.ids).toEqual(without.ids);
    expect(withIt.ids.filter((id) => id.startsWith('gcp-binding:'))).toHaveLength(2);
    // Without it nobody knows which accounts of so many other projects trust the pool.
    expect(without.told).toEqual([`accounts of other projects that trust a pool of projects/${PROJECT}`, ...withIt.told]);
    expect(withIt.seen).toBe(without.seen);
    expect(without.requests).toEqual({ policies: MANY + 2, assets: 3 });
    // The OIDC project, the two that hold us, a namesake's, and organisation and project without a policy, of which the answer is silent.
    expect(withIt.requests.policies).toBe(6);
    // The sandbox gives two results a page; Google gives five hundred, so that here it would be two requests.
    expect(withIt.requests.assets).toBeLessThan(MANY / 2 + 4);
  });

  it('serves without a named OIDC project, too: the pool is then looked for in every project', async () => {
    const { oidcProject: _, ...unnamed } = named;
    const without = await discover(denied, unnamed);
    await sandbox.close();
    const withIt = await discover(ESTATE, unnamed);
    expect(withIt.ids).toEqual(without.ids);
    expect(withIt.ids).toHaveLength(6);
    expect(withIt.requests.policies).toBe(6);
  });

  it('finds the same of a project of a domain, whose accounts have its name the other way round', async () => {
    const ofDomain = <T>(value: T): T =>
      JSON.parse(JSON.stringify(value).replaceAll(`@${PROJECT}.`, '@web.example.com.').replaceAll(PROJECT, 'example.com:web')) as T;
    for (const [estate, policies] of [
      [denied, MANY + 2],
      [ESTATE, 6],
    ] as const) {
      const { ids, requests } = await discover(ofDomain(estate), ofDomain(named));
      expect(ids).toHaveLength(6);
      expect(ids).toContain(
        'gcp-service-account:projects/example.com:web/serviceAccounts/mciem-service@web.example.com.iam.gserviceaccount.com',
      );
      expect(requests.policies).toBe(policies);
      if (estate === denied) await sandbox.close();
    }
  });

  it('is asked of a handful of systems only who elsewhere trusts the pool', async () => {
    const { requests } = await discover(ESTATE, { ...named, projects: projects.slice(0, 5) });
    expect(requests).toEqual({ policies: 7, assets: 1 });
  });
});

describe('A policy that gives a right over all service accounts', () => {
  const right = (resource: string) => ({
    resource: `//cloudresourcemanager.googleapis.com/${resource}`,
    policy: { bindings: [{ role: 'roles/iam.serviceAccountTokenCreator', members: ['group:ci@contoso.example'] }] },
  });

  it('is read of an organisation and a folder, whose right may reach our account; not of another project', async () => {
    sandbox = await googleAt([ORGANIZATION]);
    const all = ['organizations/900', 'folders/7', 'projects/contoso-app-101'].map(right);
    const api = apiWith({ searchPolicies: (_, [type = '']) => Promise.resolve(type.endsWith('ServiceAccount') ? [] : all) });
    expect([...((await assetFilter()(api, contextOf(named))) ?? [])]).toEqual([['projects/contoso-app-101', 1]]);
  });
});

describe('A half answer of Cloud Asset', () => {
  const context = contextOf(named);
  const levels = [{ resource: '//cloudresourcemanager.googleapis.com/projects/contoso-app-101', policy: { bindings: [] } }];
  const trusting = (resource: string) => [
    { resource, policy: { bindings: [{ role: 'roles/iam.workloadIdentityUser', members: [principals()] }] } },
  ];

  it('is none: a page that fails, or accounts whose project has no name, and every policy is read', async () => {
    sandbox = await googleAt([ORGANIZATION]);
    const failing = apiWith({ searchPolicies: () => Promise.reject(googleError(503, 'UNAVAILABLE', 'no')) });
    expect(await assetFilter()(failing, context)).toBeUndefined();
    const numbered = (resource: string) =>
      apiWith({
        searchPolicies: (_, [type = '']) => Promise.resolve(type.endsWith('ServiceAccount') ? trusting(resource) : levels),
      });
    expect(await assetFilter()(numbered('//iam.googleapis.com/projects/481516/serviceAccounts/1'), context)).toBeUndefined();
    const whole = await assetFilter()(numbered(`//iam.googleapis.com/projects/${PROJECT}/serviceAccounts/1`), context);
    expect([...(whole ?? [])]).toEqual([['projects/contoso-app-101', 0]]);
  });

  it('is asked again after a minute, not for each system', async () => {
    sandbox = await googleAt([ORGANIZATION]);
    let asked = 0;
    let now = 0;
    const api = apiWith({ searchPolicies: () => Promise.resolve((asked++, [])) });
    const filter = assetFilter(() => now);
    for (const at of [0, 1_000, 59_000]) {
      now = at;
      await filter(api, context);
    }
    expect(asked).toBe(2);
    now = 60_000;
    await filter(api, context);
    expect(asked).toBe(4);
    // Nor does it serve the verification after a removal, nor another run.
    for (const turn of ['a run 2', 'a run 6', 'a run 6', 'another run 0']) await filter(api, { ...context, turn });
    expect(asked).toBe(10);
  });

  it('that takes longer than that is one answer for all who wait for it', async () => {
    sandbox = await googleAt([ORGANIZATION]);
    let asked = 0;
    let now = 0;
    const slow = Promise.withResolvers<never[]>();
    const api = apiWith({
      searchPolicies: () => {
        asked++;
        return slow.promise;
      },
    });
    const filter = assetFilter(() => now);
    const first = filter(api, context);
    now = 600_000;
    const second = filter(api, context);
    slow.resolve([]);
    await Promise.all([first, second]);
    now += 59_000;
    await filter(api, context);
    expect(asked).toBe(2);
  });
});
