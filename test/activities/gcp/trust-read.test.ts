import { afterEach, expect, test } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { OidcProject } from '../../../activities/gcp/snapshot.ts';
import type { CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import type { Own } from '../../../activities/kind.ts';
import { CIEM_CONDITION, EMAIL, ISSUER, NUMBER, pool, POOL, principals, PROJECT, provider } from './fixtures.ts';
import { contextOf, googleAt } from './in-process.ts';

const ours = { ours: true, project: PROJECT };
const theirs = { ours: false };
const account = (project: string, accountId: string, uniqueId: string, more = {}) => ({
  ...theirs,
  kind: 'gcp-service-account',
  project,
  accountId,
  uniqueId,
  ...more,
});
const trusting = (project: string, email: string, member = principals()) => ({
  ...theirs,
  kind: 'gcp-binding',
  resource: `projects/${project}/serviceAccounts/${email}`,
  role: 'roles/iam.workloadIdentityUser',
  members: [member],
});

/** The pool's project with its account, and two others: in one an account trusts our pool, in the other one trusts another pool. */
function estate(deny: { organization?: string[]; project?: string[]; other?: string[] } = {}, keys: string[] = []): object[] {
  const web = 'web@contoso-web.iam.gserviceaccount.com';
  const data = 'data@contoso-data.iam.gserviceaccount.com';
  const parent = 'organizations/900';
  return [
    { ...theirs, kind: 'gcp-organization', id: '900', displayName: 'contoso.example', deny: deny.organization },
    { ...theirs, kind: 'gcp-project', projectId: PROJECT, number: NUMBER, parent, deny: deny.project },
    { ...theirs, kind: 'gcp-project', projectId: 'contoso-web', number: '501', parent, deny: deny.other },
    { ...theirs, kind: 'gcp-project', projectId: 'contoso-data', number: '502', parent },
    { ...ours, kind: 'gcp-pool', id: 'mciem-wi-pool' },
    {
      ...ours,
      kind: 'gcp-provider',
      pool: 'mciem-wi-pool',
      id: 'mciem-wi-provider',
      issuer: `https://${ISSUER}`,
      audiences: ['api://mciem-gcp-oidc-app'],
      attributeCondition: CIEM_CONDITION,
    },
    account(PROJECT, 'mciem-service', '104', { keys }),
    account('contoso-web', 'web', '105'),
    account('contoso-web', 'idle', '106', { keys: ['not-asked-for'] }),
    account('contoso-data', 'data', '107'),
    trusting(PROJECT, EMAIL),
    trusting('contoso-web', web),
    trusting('contoso-data', data, principals('other')),
  ];
}

let sandbox: CloudSandbox;
afterEach(() => sandbox.close());

async function read(objects: object[], gcp: object, own?: readonly Own[]): Promise<OidcProject | undefined> {
  sandbox = await googleAt(objects);
  const cloud = gcpCloud();
  const system = `gcp:projects/${PROJECT}` as const;
  const context = { ...contextOf({ projects: [PROJECT, 'contoso-web', 'contoso-data'], ...gcp }), ...(own ? { own } : {}) };
  return (await cloud.read(await cloud.connect(system, context), system, context)).oidc;
}

const emails = (found: OidcProject | undefined) => (found?.elsewhere ?? []).map((a) => a.email);

test('accounts of other projects that trust the pool are found by Cloud Asset, by which also a project is seen that the manifest does not name', async () => {
  const found = await read(estate(), { organization: '900', projects: [PROJECT] });
  expect(emails(found)).toEqual(['web@contoso-web.iam.gserviceaccount.com']);
  expect(found?.elsewhere?.[0]).toMatchObject({ uniqueId: '105', policy: { bindings: [{ members: [principals()] }] } });
  expect(found?.elsewhereUnseen).toBeUndefined();
});

test('without Cloud Asset the few projects of the manifest are looked through, and what could not be is told', async () => {
  const denied = { organization: ['cloudasset.assets.searchAllIamPolicies'] };
  expect(emails(await read(estate(denied), { organization: '900' }))).toEqual(['web@contoso-web.iam.gserviceaccount.com']);
  await sandbox.close();
  expect(emails(await read(estate(), {}))).toEqual(['web@contoso-web.iam.gserviceaccount.com']);
  await sandbox.close();
  const found = await read(estate({ other: ['iam.serviceAccounts.list'] }), {});
  expect(emails(found)).toEqual([]);
  expect(found?.elsewhereUnseen).toContain('iam.serviceAccounts.list');
});

test('keys that people made are read of each account that a pool may act as, and it is told where nobody may list them', async () => {
  const keysOf = (found: OidcProject | undefined) =>
    found?.serviceAccounts.map(({ email, keys, keysUnseen }) => ({ email, keys, keysUnseen }));
  expect(keysOf(await read(estate({}, ['4f5a', '1b2c']), {}))).toEqual([{ email: EMAIL, keys: ['1b2c', '4f5a'], keysUnseen: undefined }]);
  await sandbox.close();
  expect(keysOf(await read(estate(), {}))).toEqual([{ email: EMAIL, keys: undefined, keysUnseen: undefined }]);
  await sandbox.close();
  const [denied] = keysOf(await read(estate({ project: ['iam.serviceAccountKeys.list'] }, ['4f5a']), {})) ?? [];
  expect(denied?.keysUnseen).toContain('iam.serviceAccountKeys.list');
});

/** What this run took away, as the second look has it put back. */
function takenAway(...kinds: string[]): Own[] {
  const resource = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
  const grant = { resource, role: 'roles/iam.workloadIdentityUser', member: principals(), condition: null, uniqueId: '104' };
  const snapshots: Record<string, object> = {
    'gcp-impersonation-binding': grant,
    'gcp-provider': provider(),
    'gcp-pool': definitionOf(pool([])),
  };
  return kinds.map((kind) => {
    const item = { kind, id: `${kind}:x`, system: `gcp:projects/${PROJECT}`, snapshot: snapshots[kind] } as unknown as Own['item'];
    return { item, byUs: (current) => current === undefined };
  });
}
const definitionOf = ({ providers: _, ...definition }: ReturnType<typeof pool>) => definition;
const without = (objects: object[], kind: string) => objects.filter((o) => !('kind' in o && o.kind === kind));

test('of an account whose grant this run took away, keys are read all the same: somebody may have made one since', async () => {
  const objects = without(estate({}, ['4f5a']), 'gcp-binding');
  const found = await read(objects, {}, takenAway('gcp-impersonation-binding'));
  expect(found?.serviceAccounts).toEqual([expect.objectContaining({ email: EMAIL, keys: ['4f5a'] })]);
});

test('a project whose only pool this run took away is read as before: what stays there is judged with the pool put back', async () => {
  const objects = ['gcp-pool', 'gcp-provider', 'gcp-binding'].reduce(without, estate({}, ['4f5a']));
  const found = await read(objects, {}, takenAway('gcp-pool', 'gcp-provider', 'gcp-impersonation-binding'));
  expect(found?.pools).toMatchObject([{ name: POOL, providers: [{ issuer: `https://${ISSUER}` }] }]);
  expect(found?.serviceAccounts).toMatchObject([{ email: EMAIL, keys: ['4f5a'], policy: { bindings: [{ members: [principals()] }] } }]);
});
