import { AddRoleToInstanceProfileCommand, CreateRoleCommand, GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { gcpNeed } from '../../sandbox/permissions/gcp.ts';
import { iamClient } from './aws/clients.ts';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { googleClients } from './google-clients.ts';
import { sandboxHere, type SandboxHere } from './sandbox-here.ts';
import { AWS_OIDC_APP, AZURE, ENTRA, GCP, PROJECT, SUBSCRIPTION } from './small-estate.ts';

const ACCOUNT = '210987654301';

describe('AWS', () => {
  let sandbox: SandboxHere;
  beforeAll(async () => void (sandbox = await sandboxHere({ lingerMs: 0 })));
  afterEach(() => sandbox.permissions.set({}));
  afterAll(() => sandbox.stop());

  test('refuses what is not given in its own words, and its simulator says the same without doing it', async () => {
    sandbox.permissions.set({ aws: ['sts:AssumeRole', 'iam:SimulatePrincipalPolicy'] });
    const client = await iamClient(sandbox, ACCOUNT);
    await expect(client.send(new GetRoleCommand({ RoleName: 'offboarding-entry' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/offboarding-entry/test is not authorized to perform: iam:GetRole on resource: * because no identity-based policy allows the iam:GetRole action`,
      $metadata: { httpStatusCode: 403 },
    });
    const asked = new SimulatePrincipalPolicyCommand({ PolicySourceArn: 'arn', ActionNames: ['iam:GetRole', 'sts:AssumeRole'] });
    const { EvaluationResults = [] } = await client.send(asked);
    expect(EvaluationResults.map((r) => [r.EvalActionName, r.EvalDecision])).toEqual([
      ['iam:GetRole', 'implicitDeny'],
      ['sts:AssumeRole', 'allowed'],
    ]);
  });

  test('needs another permission for tags, and for a role that goes into an instance profile; none to enter means no session', async () => {
    sandbox.permissions.set({ aws: ['sts:AssumeRole', 'iam:CreateRole', 'iam:AddRoleToInstanceProfile'] });
    const client = await iamClient(sandbox, ACCOUNT);
    const tagged = { RoleName: 'made', AssumeRolePolicyDocument: '{}', Tags: [{ Key: 'a', Value: 'b' }] };
    await expect(client.send(new CreateRoleCommand(tagged))).rejects.toThrow('iam:TagRole');
    const profile = { InstanceProfileName: 'p', RoleName: 'offboarding-entry' };
    await expect(client.send(new AddRoleToInstanceProfileCommand(profile))).rejects.toThrow('iam:PassRole');
    sandbox.permissions.set({ aws: [] });
    await expect(iamClient(sandbox, ACCOUNT)).rejects.toThrow('sts:AssumeRole');
  });
});

describe('the others', () => {
  let sandbox: CloudSandbox;
  beforeAll(async () => void (sandbox = await startCloudSandbox([...ENTRA, ...AZURE, ...GCP])));
  afterEach(() => sandbox.permissions.set({}));
  afterAll(() => sandbox.close());

  async function ask(method: string, api: string, path: string): Promise<{ status: number; body: unknown }> {
    const scope = api === 'graph' ? 'https://graph.microsoft.com/.default' : 'https://management.azure.com/.default';
    const { token } = await sandbox.credential.getToken(scope);
    const answer = await fetch(`${sandbox.origin}/${api}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: await answer.json() };
  }
  const assignments = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`;

  test('Azure names the action and the scope; a listing of what is seen is empty instead', async () => {
    sandbox.permissions.set({ azure: ['Microsoft.Authorization/permissions/read'] });
    expect(await ask('GET', 'arm', assignments)).toMatchObject({
      status: 403,
      body: {
        error: {
          code: 'AuthorizationFailed',
          message: expect.stringContaining(
            `perform action 'Microsoft.Authorization/roleAssignments/read' over scope '/subscriptions/${SUBSCRIPTION}'`,
          ) as string,
        },
      },
    });
    expect(await ask('GET', 'arm', '/subscriptions?api-version=2022-12-01')).toEqual({ status: 200, body: { value: [] } });
    const own = await ask('GET', 'arm', assignments.replace('roleAssignments', 'permissions'));
    expect(own.body).toMatchObject({ value: [{ actions: ['Microsoft.Authorization/permissions/read'] }] });
  });

  test('Graph does not say which; a higher permission is as good; a new token names just what is given', async () => {
    sandbox.permissions.set({ graph: ['User.ReadBasic.All'] });
    const refused = await ask('GET', 'graph', `/v1.0/applications/${AWS_OIDC_APP}`);
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } });
    const { token } = await sandbox.credential.getToken('https://graph.microsoft.com/.default', { enableCae: true });
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ roles: ['User.ReadBasic.All'] });
    sandbox.permissions.set({ graph: ['Application.ReadWrite.All'] });
    expect((await ask('GET', 'graph', `/v1.0/applications/${AWS_OIDC_APP}`)).status).toBe(200);
  });

  test('Google names the permission in its details, and testIamPermissions tells which there are', async () => {
    const google = googleClients(sandbox);
    sandbox.permissions.set({ gcp: ['iam.roles.list'] });
    const metadata = { permission: 'resourcemanager.projects.getIamPolicy', resource: `projects/${PROJECT}` };
    await expect(google.manager.projects.getIamPolicy({ resource: `projects/${PROJECT}` }, google.managerRoot)).rejects.toMatchObject({
      status: 403,
      response: { data: { error: { status: 'PERMISSION_DENIED', details: [{ reason: 'IAM_PERMISSION_DENIED', metadata }] } } },
    });
    const permissions = ['iam.roles.list', 'iam.roles.get'];
    const tested = { resource: `projects/${PROJECT}`, requestBody: { permissions } };
    const { data } = await google.manager.projects.testIamPermissions(tested, google.managerRoot);
    expect(data.permissions).toEqual(['iam.roles.list']);
  });

  test('who is not signed in is told that first, and a call is noted with what it needs', async () => {
    sandbox.permissions.set({ azure: [] });
    expect((await fetch(`${sandbox.origin}/arm${assignments}`)).status).toBe(401);
    await ask('GET', 'arm', assignments);
    expect(sandbox.permissions.needed().azure).toEqual({
      'GET Microsoft.Authorization/roleAssignments': ['Microsoft.Authorization/roleAssignments/read'],
    });
  });
});

test('a project of a domain, a verb and an operation are known among Google’s paths', () => {
  expect(gcpNeed('POST', '/v1/projects/example.com:web/serviceAccounts/1:disable')?.all).toEqual([['iam.serviceAccounts.disable']]);
  expect(gcpNeed('GET', '/v3/projects:search')?.all).toEqual([]);
  expect(gcpNeed('GET', '/v3/projects/example.com:web')?.all).toEqual([['resourcemanager.projects.get']]);
  expect(gcpNeed('GET', '/v1/projects/p/locations/global/workloadIdentityPools/a/providers/b/operations/c')?.call).toBe(
    'iam.projects.locations.workloadIdentityPools.providers.operations.get',
  );
  expect(gcpNeed('GET', '/v9/anything')).toBeUndefined();
});
