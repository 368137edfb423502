import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { abandonRun } from '../harness/abandon.ts';
import { defaultEstate } from '../harness/default-estate.ts';
import { TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, planOf, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open(defaultEstate()));
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const OIDC_ROLE = 'arn:aws:iam::210987654301:role/contoso-ciem-oidc-connect';
const LOGGING_ROLE = 'arn:aws:iam::210987654303:role/mciem-cloudtrail-account-role';
const POOL = 'projects/contoso-identity/locations/global/workloadIdentityPools/mciem-wi-pool';
const ACCOUNT = 'contoso-ciem-reader@contoso-identity.iam.gserviceaccount.com';
const ENTRY =
  `projects/contoso-identity/serviceAccounts/${ACCOUNT}#roles/iam.workloadIdentityUser#` +
  'principalSet://iam.googleapis.com/projects/481516234201/locations/global/workloadIdentityPools/mciem-wi-pool/*';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:210987654313:secret:contoso/entitlements/okta-Zq3Rt7';
const WRITER =
  '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0002-4a5f-9d3c-2f60b8a71e02';
const READER =
  '/subscriptions/a1c3d5e7-0002-4b2d-8f10-c0ffee000002/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0003-4a5f-9d3c-2f60b8a71e03';

const trusts = (more: object) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });

type Change = Record<string, unknown> & { kind: string };

/** Somebody else adds objects after the plan, and uses a role; then the plan is approved. Which planned items wait, with code and reason. */
async function heldAfter(
  changes: Change[],
  { usedRole, estate = defaultEstate() }: { usedRole?: string; estate?: TestEstate } = {},
): Promise<Map<string, { code?: string; reason: string }>> {
  const run = await startedRun(stage, estate);
  await planOf(stage, run);
  await stage.sandbox.change(({ entries }) => {
    for (const change of changes) {
      const object = EstateObjectSchema.parse({ ours: false, ...change });
      entries[objectKey(object)] = { object, initial: structuredClone(object) };
    }
    if (usedRole === undefined) return;
    Object.assign((entries[`aws-role:${usedRole}`] as { object: object }).object, { lastUsed: new Date().toISOString() });
  });
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const begun = new Set(await intentsOf(stage, journal));
  expect(unresolved.filter((o) => begun.has(o.item) && o.code !== 'ScopeLocked')).toEqual([]);
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
  return new Map(unresolved.map((o) => [o.item, o]));
}

test('what others were given since the plan holds it, though nothing of its own definition changed', async () => {
  const held = await heldAfter([
    {
      kind: 'gcp-provider',
      project: 'contoso-identity',
      pool: 'mciem-wi-pool',
      id: 'github',
      issuer: 'https://token.actions.githubusercontent.com',
      attributeMapping: { 'google.subject': 'assertion.sub' },
    },
    {
      kind: 'aws-role',
      account: '210987654311',
      name: 'newcomer',
      trust: trusts({ Principal: { AWS: OIDC_ROLE }, Action: 'sts:AssumeRole' }),
    },
    {
      kind: 'aws-role',
      account: '210987654312',
      name: 'platform',
      trust: trusts({ Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      attached: [`arn:aws:iam::210987654312:policy/ciem-controller-${TENANT}`],
    },
    {
      kind: 'aws-role',
      account: '210987654313',
      name: 'okta-sync',
      trust: trusts({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      inline: { read: trusts({ Action: 'secretsmanager:GetSecretValue', Resource: SECRET }) },
    },
    {
      kind: 'azure-defender-plan',
      subscription: 'a1c3d5e7-0003-4b2d-8f10-c0ffee000003',
      extensions: [{ name: 'EntraPermissionsManagement', isEnabled: 'True' }],
    },
    {
      kind: 'azure-deployment-stack',
      name: 'landing-zone',
      scope: '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001',
      resources: [WRITER],
    },
  ]);
  const codes = {
    [`gcp-impersonation-binding:${ENTRY}`]: 'Drift',
    [`aws-role:${OIDC_ROLE}`]: 'StillInUse',
    [`aws-policy:arn:aws:iam::210987654312:policy/ciem-controller-${TENANT}`]: 'Drift',
    [`aws-secret:${SECRET}`]: 'SharedSecret',
    [`azure-role-assignment:${WRITER}`]: 'OwnedByDeploymentStack',
    [`azure-role-assignment:${READER}`]: 'SharedWithDefender',
  };
  expect(Object.fromEntries(Object.keys(codes).map((id) => [id, held.get(id)?.code]))).toEqual(codes);
  // The pool waits for what it lets in: of that nobody knows any more whose it is.
  expect(held.get(`gcp-impersonation-binding:${ENTRY}`)?.reason).toContain('the provider github is in it');
  expect(held.get(`gcp-pool:${POOL}`)?.reason).toContain(ENTRY);
  expect(held.get(`aws-role:${OIDC_ROLE}`)?.reason).toContain(
    'used by aws-role:arn:aws:iam::210987654311:role/newcomer, which the plan does not know; amend the plan',
  );
});

test('who may act as it, and that it was used, are asked again', async () => {
  const held = await heldAfter(
    [
      {
        kind: 'gcp-binding',
        resource: `projects/contoso-identity/serviceAccounts/${ACCOUNT}`,
        role: 'roles/iam.serviceAccountTokenCreator',
        members: ['group:sre@contoso.example'],
      },
    ],
    { usedRole: LOGGING_ROLE },
  );
  // Its roles are held with it, so that it waits for them; why it is held itself is said at once all the same.
  const role = held.get(`gcp-binding:folders/618204457731#roles/iam.securityAdmin#serviceAccount:${ACCOUNT}`);
  expect(role).toMatchObject({ code: 'Shared', reason: expect.stringContaining('group:sre@contoso.example') as string });
  const account = held.get(`gcp-service-account:projects/contoso-identity/serviceAccounts/${ACCOUNT}`);
  expect(account).toMatchObject({
    code: 'SharedServiceAccount',
    reason: expect.stringMatching(/group:sre@.*it also waits for gcp-binding:/) as string,
  });
  expect(held.get(`aws-role:${LOGGING_ROLE}`)?.code).toBe('RecentlyUsed');
});

test('where the manifest says `all`, a system that joined since the plan is asked, too, and one that cannot be read holds what may be used in it', async () => {
  const estate = defaultEstate();
  Object.assign(estate.manifest.aws ?? {}, { members: 'all' });
  const joined = (id: string, entryRole: string) => ({ kind: 'aws-account', id, entryRole });
  const newcomer = {
    kind: 'aws-role',
    account: '210987654399',
    name: 'newcomer',
    trust: trusts({ Principal: { AWS: OIDC_ROLE }, Action: 'sts:AssumeRole' }),
  };
  const changes = [joined('210987654398', 'another-entry'), joined('210987654399', 'offboarding-entry'), newcomer];
  const role = (await heldAfter(changes, { estate })).get(`aws-role:${OIDC_ROLE}`);
  expect(role?.code).toBe('StillInUse');
  expect(role?.reason).toContain('aws-role:arn:aws:iam::210987654399:role/newcomer');
  expect(role?.reason).toContain('unread-system:aws:210987654398');
});

test('others’ ways in by everybody’s name, another pool, our own pool’s identities and another spelling are seen, too', async () => {
  const audience = 'api://mciem-aws-oidc-app';
  const issuer = `sts.windows.net/${TENANT}/`;
  const members = (pool: string) => [
    `principalSet://iam.googleapis.com/projects/481516234201/locations/global/workloadIdentityPools/${pool}/attribute.team/etl`,
  ];
  const held = await heldAfter([
    {
      kind: 'aws-role',
      account: '210987654301',
      name: 'reports',
      trust: trusts({
        Principal: '*',
        Action: 'sts:AssumeRoleWith*',
        Condition: { StringLike: { [`${issuer}:aud`]: 'api://mciem-*' }, StringEquals: { [`${issuer}:sub`]: 'somebody' } },
      }),
    },
    {
      kind: 'gcp-binding',
      resource: `projects/contoso-identity/serviceAccounts/${ACCOUNT}`,
      role: 'roles/iam.workloadIdentityUser',
      members: members('defender-for-cloud'),
    },
    { kind: 'gcp-binding', resource: 'projects/contoso-data', role: 'roles/bigquery.admin', members: members('mciem-wi-pool') },
    {
      kind: 'azure-deployment-stack',
      name: 'landing-zone',
      scope: '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001/resourceGroups/rg-stacks',
      resources: [WRITER.toUpperCase()],
    },
  ]);
  const account = `gcp-service-account:projects/contoso-identity/serviceAccounts/${ACCOUNT}`;
  const codes = {
    [`aws-oidc-client-id:arn:aws:iam::210987654301:oidc-provider/${issuer}#${audience}`]: 'Shared',
    [`azure-role-assignment:${WRITER}`]: 'OwnedByDeploymentStack',
    [`gcp-pool:${POOL}`]: 'StillInUse',
    [account]: 'SharedServiceAccount',
  };
  expect(Object.fromEntries(Object.keys(codes).map((id) => [id, held.get(id)?.code]))).toEqual(codes);
  expect(held.get(Object.keys(codes)[0] ?? '')?.reason).toContain('role/reports (so since the plan was made)');
  expect(held.get(`gcp-pool:${POOL}`)?.reason).toContain('roles/bigquery.admin');
  expect(held.get(account)?.reason).toContain('workloadIdentityPools/defender-for-cloud/attribute.team/etl');
});
