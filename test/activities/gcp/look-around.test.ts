import { afterEach, describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { CIEM_CONDITION, EMAIL, ISSUER, NUMBER, principals, PROJECT } from './fixtures.ts';
import { contextOf, googleAt } from './in-process.ts';

const github = { kind: 'gcp-pool', ours: false, project: PROJECT, id: 'github' };
const actions = {
  kind: 'gcp-provider',
  ours: false,
  project: PROJECT,
  pool: 'github',
  id: 'actions',
  issuer: 'https://token.actions.githubusercontent.com',
};
const account = { kind: 'gcp-service-account', ours: true, project: PROJECT, accountId: 'mciem-service', uniqueId: '104' };
const pool = { kind: 'gcp-pool', ours: true, project: PROJECT, id: 'renamed' };
const provider = {
  kind: 'gcp-provider',
  ours: true,
  project: PROJECT,
  pool: 'renamed',
  id: 'whatever',
  issuer: `https://${ISSUER}`,
  audiences: ['api://mciem-gcp-oidc-app'],
  attributeCondition: CIEM_CONDITION,
};
const trust = {
  kind: 'gcp-binding',
  ours: true,
  resource: `projects/${PROJECT}/serviceAccounts/${EMAIL}`,
  role: 'roles/iam.workloadIdentityUser',
  members: [principals('renamed')],
};

let sandbox: CloudSandbox;
afterEach(() => sandbox.close());

async function read(objects: object[], deny: string[] = []) {
  sandbox = await googleAt([
    { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number: NUMBER, parent: 'organizations/900', deny },
    ...objects,
  ]);
  const cloud = gcpCloud();
  const context = contextOf({ projects: [PROJECT] });
  const work = async () => cloud.read(await cloud.connect(`gcp:projects/${PROJECT}`, context), `gcp:projects/${PROJECT}`, context);
  return { cloud, work };
}

describe('Without a named OIDC project', () => {
  it('a pool that trusts this tenant is found in any project, whatever it is called, with its accounts', async () => {
    const { cloud, work } = await read([github, actions, account, pool, provider, trust]);
    const snapshot = await work();
    expect(snapshot.oidc?.serviceAccounts.map((a) => a.email)).toEqual([EMAIL]);
    expect(cloud.facts(snapshot, '', ISSUER).gcpServiceAccounts).toMatchObject([{ uniqueId: '104' }]);
  });

  it('Defender’s pool is seen, too', async () => {
    const theirs = { ...provider, pool: 'github', id: 'ciem-discovery', ours: false };
    const { work } = await read([github, theirs]);
    expect((await work()).oidc?.pools).toHaveLength(1);
  });

  it('a project whose pools are others’ is not looked into any further, even where its accounts may not be listed', async () => {
    const { work } = await read([github, actions, account], ['iam.serviceAccounts.list']);
    expect((await work()).oidc).toBeUndefined();
  });

  it('a project that does not let its pools be listed is unknown, not free of them', async () => {
    const { cloud, work } = await read([account], ['iam.workloadIdentityPools.list']);
    const failure = await work().then(
      () => 'read',
      (error: unknown) => cloud.classify(error),
    );
    expect(failure).toMatchObject({ kind: 'blocked', message: expect.stringContaining('iam.workloadIdentityPools.list') as string });
  });
});
