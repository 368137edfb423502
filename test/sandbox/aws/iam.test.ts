import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListRoles,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../start-sandbox.ts';
import { sandboxHere, type SandboxHere } from '../sandbox-here.ts';
import { iamClient, stsClient } from './clients.ts';

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const OIDC_ACCOUNT = '210987654301';
const MANAGEMENT_ACCOUNT = '210987654302';
const CONTROLLER_ACCOUNT = '210987654312';
const PROFILE_ACCOUNT = '210987654313';
const OKTA_POLICY = `arn:aws:iam::${PROFILE_ACCOUNT}:policy/contoso-okta-read`;
const PROVIDER = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/sts.windows.net/${TENANT}/`;

let sandbox: SandboxHere;
beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 0 });
});
afterAll(() => sandbox.stop());

describe('STS', () => {
  test('the session belongs to the account whose role was assumed', async () => {
    const who = await stsClient(sandbox).send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe('arn:aws:iam::999988887777:user/offboarding-worker');
    const role = await (await iamClient(sandbox, OIDC_ACCOUNT)).send(new GetRoleCommand({ RoleName: 'contoso-ciem-oidc-connect' }));
    expect(role.Role?.Arn).toBe(`arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-ciem-oidc-connect`);
  });

  test('another role, an unknown account and a wrong secret are refused', async () => {
    await expect(iamClient(sandbox, OIDC_ACCOUNT, 'github-deploy')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(iamClient(sandbox, '123456789012')).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${OIDC_ACCOUNT}:role/offboarding-entry`, RoleSessionName: 'test' });
    await expect(stsClient(sandbox, 'wrong').send(command)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('IAM reads', () => {
  test('a listing in pages of two names every role once', async () => {
    const client = await iamClient(sandbox, '210987654311');
    const pages = [];
    for await (const page of paginateListRoles({ client, pageSize: 2 }, {})) pages.push(page.Roles?.map((r) => r.RoleName));
    expect(pages).toEqual([
      ['DefenderForCloud-Ciem', 'mciem-collection-role'],
      ['mciem-member-account-role', 'offboarding-entry'],
    ]);
  });

  test('account details carry policies, documents, instance profiles and the last use', async () => {
    const client = await iamClient(sandbox, PROFILE_ACCOUNT);
    const roles = [];
    const policies = [];
    for await (const page of paginateGetAccountAuthorizationDetails({ client, pageSize: 2 }, { Filter: ['Role', 'LocalManagedPolicy'] })) {
      roles.push(...(page.RoleDetailList ?? []));
      policies.push(...(page.Policies ?? []));
    }
    const ours = roles.find((r) => r.RoleName === 'mciem-collection-role');
    expect(ours?.InstanceProfileList?.map((p) => p.InstanceProfileName)).toEqual(['mciem-collection-profile']);
    expect(JSON.parse(decodeURIComponent(ours?.RolePolicyList?.[0]?.PolicyDocument as string))).toMatchObject({ Version: '2012-10-17' });
    expect(ours?.AttachedManagedPolicies).toEqual([
      { PolicyName: 'SecurityAudit', PolicyArn: 'arn:aws:iam::aws:policy/SecurityAudit' },
      { PolicyName: 'contoso-okta-read', PolicyArn: OKTA_POLICY },
    ]);
    expect(policies.map((p) => p.PolicyName)).toEqual(['app-server-s3', 'contoso-okta-read']);
    expect(policies[0]?.PolicyVersionList?.[0]?.IsDefaultVersion).toBe(true);
  });

  test('what is not there is NoSuchEntity', async () => {
    const client = await iamClient(sandbox, OIDC_ACCOUNT);
    await expect(client.send(new GetRoleCommand({ RoleName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('IAM changes', () => {
  test('a role is deleted only when nothing hangs on it', async () => {
    const client = await iamClient(sandbox, PROFILE_ACCOUNT);
    const RoleName = 'mciem-collection-role';
    const remove = () => client.send(new DeleteRoleCommand({ RoleName }));
    const steps = [
      () => client.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName: 'mciem-collection-profile' })),
      () => client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/SecurityAudit' })),
      () => client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: OKTA_POLICY })),
      () => client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'trail-lookup' })),
    ];
    for (const step of steps) {
      await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException', $metadata: { httpStatusCode: 409 } });
      await step();
    }
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('a policy is deleted only when it is detached and has one version, and versions keep their ids', async () => {
    const client = await iamClient(sandbox, CONTROLLER_ACCOUNT);
    const PolicyArn = `arn:aws:iam::${CONTROLLER_ACCOUNT}:policy/ciem-controller-${TENANT}`;
    const remove = () => client.send(new DeletePolicyCommand({ PolicyArn }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await client.send(new DetachRolePolicyCommand({ RoleName: 'contoso-entitlement-member', PolicyArn }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map((v) => v.VersionId)).toEqual(['v2', 'v3']);
    await expect(client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    await remove();
    await expect(client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  test("a policy on somebody else's role too names both", async () => {
    const client = await iamClient(sandbox, MANAGEMENT_ACCOUNT);
    const PolicyArn = `arn:aws:iam::${MANAGEMENT_ACCOUNT}:policy/contoso-org-read`;
    const { PolicyRoles } = await client.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(PolicyRoles?.map((r) => r.RoleName)).toEqual(['identity-center-audit', 'mciem-management-account-role']);
  });

  test("removing our client id leaves the shared provider and Defender's", async () => {
    const client = await iamClient(sandbox, OIDC_ACCOUNT);
    const remove = new RemoveClientIDFromOpenIDConnectProviderCommand({
      OpenIDConnectProviderArn: PROVIDER,
      ClientID: 'api://mciem-aws-oidc-app',
    });
    await client.send(remove);
    await client.send(remove);
    const left = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER }));
    expect(left.ClientIDList).toEqual(['api://mdc-ciem-aws']);
    expect(left.Url).toBe(`sts.windows.net/${TENANT}/`);
  });

  test('a deleted role stands by its unique id in the trust policies that named it', async () => {
    const oidc = await iamClient(sandbox, OIDC_ACCOUNT);
    const management = await iamClient(sandbox, MANAGEMENT_ACCOUNT);
    const trust = async () => {
      const { Role } = await management.send(new GetRoleCommand({ RoleName: 'mciem-management-account-role' }));
      const document = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument as string)) as {
        Statement: [{ Principal: { AWS: string } }];
      };
      return document.Statement[0].Principal.AWS;
    };
    const RoleName = 'contoso-ciem-oidc-connect';
    expect(await trust()).toBe(`arn:aws:iam::${OIDC_ACCOUNT}:role/${RoleName}`);
    const { Role } = await oidc.send(new GetRoleCommand({ RoleName }));
    const PolicyArn = `arn:aws:iam::${OIDC_ACCOUNT}:policy/ciem-oidc-${TENANT}-assume`;
    await oidc.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await oidc.send(new DeleteRoleCommand({ RoleName }));
    expect(Role?.RoleId).toMatch(/^AROA/);
    expect(await trust()).toBe(Role?.RoleId);
  });
});

describe('the report', () => {
  interface Report {
    untouched: { objects: number; changed: { key: string; after: object | null }[] };
    ours: { objects: number; left: string[] };
  }

  test('counts nothing while only ours were taken, and names an object of somebody else once it changes', async () => {
    const before = (await call<Report>(sandbox, 'GET', '/sandbox/report')).json();
    expect(before.untouched.changed).toEqual([]);
    expect(before.ours.left.length).toBeLessThan(before.ours.objects);
    const client = await iamClient(sandbox, MANAGEMENT_ACCOUNT);
    await client.send(
      new DetachRolePolicyCommand({ RoleName: 'identity-center-audit', PolicyArn: 'arn:aws:iam::aws:policy/AWSSSOReadOnly' }),
    );
    const after = (await call<Report>(sandbox, 'GET', '/sandbox/report')).json();
    expect(after.untouched.changed.map((c) => c.key)).toEqual([`aws-role:arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/identity-center-audit`]);
  });
});
