import { describe, expect, test } from 'vitest';
import { ownAccessToAccount } from '../../activities/aws/own-access/read.ts';
import { ownAccessAtScope } from '../../activities/azure/own-access/read.ts';
import type { Assignment, AzureApi } from '../../activities/azure/wire/clients.ts';
import { RefusedError } from '../../activities/answer.ts';
import type { EntraApi } from '../../activities/entra/wire/clients.ts';
import { ownAccessToDirectory } from '../../activities/entra/own-access/read.ts';
import { ownAccessAtResource } from '../../activities/gcp/own-access/read.ts';
import type { GcpApi } from '../../activities/gcp/wire/clients.ts';
import type { ReadContext } from '../../activities/cloud.ts';
import { fakeAccount } from './aws/fake-account.ts';
import { assumedBy, document, role } from './aws/fixtures.ts';
import { contextOf } from './gcp/in-process.ts';
import { refusal } from './refusals.ts';

describe('AWS', () => {
  const trust = document(assumedBy('arn:aws:iam::1:root'));
  const entering = (name: string, worker: { account: string; arn: string }, roles = [role(name, trust)]) => {
    const account = fakeAccount({ roles });
    const caller = { account: account.account, arn: `arn:aws:sts::${account.account}:assumed-role/${name}/mepm-offboard` };
    const api = { ...account, caller: () => Promise.resolve(caller), worker: () => Promise.resolve(worker) };
    return ownAccessToAccount(api, `aws:${account.account}`, contextOf({ organization: '900', projects: ['contoso-app'] }));
  };
  const elsewhere = { account: '999988887777', arn: 'arn:aws:iam::999988887777:user/w' };

  test('a role that the verification has read is not asked for once more', async () => {
    const account = fakeAccount({ roles: [] });
    const caller = { account: account.account, arn: `arn:aws:sts::${account.account}:assumed-role/entry/mepm-offboard` };
    const api = { ...account, caller: () => Promise.resolve(caller), worker: () => Promise.resolve(elsewhere) };
    const read = { roles: [role('entry', trust, { AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit'] })] };
    const { grants } = await ownAccessToAccount(
      api,
      `aws:${account.account}`,
      contextOf({ organization: '900', projects: ['contoso-app'] }),
      read,
    );
    expect(grants).toMatchObject([{ id: read.roles[0]?.Arn, definition: { AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit'] } }]);
  });

  test.each([
    ['offboarding-entry', undefined],
    ['OrganizationAccountAccessRole', 'a role of this name is made by AWS, and others enter the account with it'],
    ['AWSControlTowerExecution', 'a role of this name is made by AWS, and others enter the account with it'],
  ])('%s, doubt: %s', async (name, doubt) => {
    const { grants, identities } = await entering(name, elsewhere);
    expect(grants).toMatchObject([{ kind: 'aws-role', holder: elsewhere.arn }]);
    expect(grants[0]?.doubt).toBe(doubt);
    expect(identities).toEqual([{ cloud: 'aws', id: elsewhere.arn }]);
  });

  test('what the principal may do in an account that is not entered is unknown; the role it signs in as here is left to a person', async () => {
    expect((await entering('offboarding-entry', elsewhere)).unknown).toMatchObject([{ system: 'aws:999988887777' }]);
    const { account } = fakeAccount({ roles: [] });
    const here = { account, arn: `arn:aws:sts::${account}:assumed-role/worker/i-1` };
    const own = await entering('offboarding-entry', here, [role('offboarding-entry', trust), role('worker', trust)]);
    expect(own.grants.map((g) => g.doubt)).toEqual([undefined, 'the worker itself signs in as this role']);
    expect(own.unknown).toEqual([]);
  });

  test('a role that cannot be found is unknown, never nothing', async () => {
    const { grants, unknown } = await entering('offboarding-entry', elsewhere, []);
    expect(grants).toEqual([]);
    expect(unknown[0]?.reason).toContain('offboarding-entry that the worker is in cannot be found');
  });
});

describe('Azure', () => {
  const SELF = '11111111-aaaa-4bbb-8ccc-000000000003';
  const READER = '/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7';
  const OWNER = '/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
  const seen = async (assignment: Partial<Assignment>) => {
    const one = { id: '/x', scope: '/s', roleDefinitionId: READER, principalId: SELF, principalType: 'ServicePrincipal', condition: null };
    const api: Pick<AzureApi, 'self' | 'listAssignedTo' | 'listEligibleFor'> = {
      self: () => Promise.resolve({ principalId: SELF, applicationId: SELF, tenantId: SELF, isPerson: false, permissions: [] }),
      listEligibleFor: () => Promise.resolve([]),
      listAssignedTo: () => Promise.resolve([{ ...one, conditionVersion: null, description: null, ...assignment }]),
    };
    return (await ownAccessAtScope(api as AzureApi, 'azure:/s')).grants[0];
  };
  test.each([
    ['its own reader', {}, undefined],
    ['Owner', { roleDefinitionId: OWNER }, 'this job never needs Owner: it was given for something more'],
    ['a person’s', { principalType: 'User' }, 'a person holds it, who may need it for other work'],
    ['a group’s', { principalId: 'g', principalType: 'Group' }, "a group (g) holds it, and with it all of the group's members"],
  ])('%s', async (_, assignment, doubt) => {
    expect((await seen(assignment))?.doubt).toBe(doubt);
  });
  describe('through Privileged Identity Management', () => {
    const eligible = async (isPerson: boolean, listEligibleFor: AzureApi['listEligibleFor']) =>
      await ownAccessAtScope(
        {
          self: () => Promise.resolve({ principalId: SELF, applicationId: SELF, tenantId: SELF, isPerson, permissions: [] }),
          listAssignedTo: () => Promise.resolve([]),
          listEligibleFor,
        } as unknown as AzureApi,
        'azure:/s',
      );

    test('what it is eligible for is told, and left to a person', async () => {
      const properties = { scope: '/s', roleDefinitionId: READER, principalId: SELF };
      const { grants } = await eligible(true, () => Promise.resolve([{ id: '/s/x', properties }]));
      expect(grants).toMatchObject([{ kind: 'azure-eligible-role', title: 'eligible for Reader at /s' }]);
      expect(grants[0]?.doubt).toContain('eligible only');
    });

    test.each([
      ['a person, denied: unknown', true, refusal(403, 'AuthorizationFailed'), ['could not be read: AuthorizationFailed']],
      ['a person in a tenant without the licence: nothing', true, refusal(400, 'AadPremiumLicenseRequired'), []],
      ['an application, denied: nothing, since none can be eligible', false, refusal(403, 'AuthorizationFailed'), []],
    ])('%s', async (_, isPerson, error, reasons) => {
      const { unknown } = await eligible(isPerson, () => Promise.reject(error));
      expect(unknown.map((u) => u.reason)).toEqual(reasons.map((r) => expect.stringContaining(r) as string));
    });

    test('a cloud that is away is tried again by whoever asks', async () => {
      await expect(eligible(false, () => Promise.reject(refusal(503, 'ServiceUnavailable', 'busy')))).rejects.toThrow('busy');
    });
  });

  test('a condition is told', async () => {
    expect((await seen({ condition: 'x' }))?.title).toBe('Reader at /s (with a condition)');
  });
});

describe('Entra', () => {
  const TENANT = '11111111-aaaa-4bbb-8ccc-000000000001';
  const SELF = '11111111-aaaa-4bbb-8ccc-000000000003';
  const reading = (api: Partial<EntraApi>) =>
    ownAccessToDirectory(
      {
        self: () => Promise.resolve({ principalId: SELF, applicationId: SELF, tenantId: TENANT, isPerson: true, permissions: [] }),
        listRoleAssignments: () => Promise.resolve([]),
        listEligibilities: () => Promise.resolve([]),
        listAppRoleAssignments: () => Promise.resolve([]),
        ...api,
      } as EntraApi,
      `entra:${TENANT}`,
    );

  test('a person has no application permissions to list: that is unknown, and the roles are told all the same', async () => {
    const roleDefinitionId = '62e90394-69f5-4237-9190-012177145e10';
    const access = await reading({
      listRoleAssignments: () => Promise.resolve([{ id: 'r', roleDefinitionId, principalId: SELF, directoryScopeId: '/' }]),
      listAppRoleAssignments: () => Promise.resolve(undefined),
    });
    expect(access.grants).toMatchObject([
      { title: 'directory role Global Administrator', doubt: expect.stringContaining('never') as string },
    ]);
    expect(access.unknown).toMatchObject([
      { reason: 'application permissions could not be read: the worker is signed in as no service principal' },
    ]);
  });

  test('what is denied is unknown', async () => {
    const access = await reading({ listRoleAssignments: () => Promise.reject(refusal(403, 'Authorization_RequestDenied')) });
    expect(access.unknown).toMatchObject([
      { reason: expect.stringContaining('directory roles could not be read: Authorization_RequestDenied') as string },
    ]);
  });

  test('what it is eligible for is told and left to a person; denied it is unknown, without the licence nothing', async () => {
    const roleDefinitionId = '158c047a-c907-4556-b7ef-446551a6b5f7';
    const instance = { id: 'e', roleDefinitionId, principalId: SELF, directoryScopeId: '/' };
    const { grants } = await reading({ listEligibilities: () => Promise.resolve([instance]) });
    expect(grants).toMatchObject([
      {
        kind: 'entra-eligible-role',
        title: 'eligible for directory role Cloud Application Administrator',
        doubt: expect.stringContaining('eligible only') as string,
      },
    ]);
    const denied = await reading({ listEligibilities: () => Promise.reject(refusal(403, 'Authorization_RequestDenied')) });
    expect(denied.unknown.map((u) => u.reason)).toEqual([expect.stringContaining('roles it is eligible for (PIM)') as string]);
    const unlicensed = await reading({ listEligibilities: () => Promise.reject(refusal(400, 'AadPremiumLicenseRequired')) });
    expect(unlicensed.unknown).toEqual([]);
  });

  test('a directory that is away is tried again by whoever asks', async () => {
    await expect(reading({ listAppRoleAssignments: () => Promise.reject(refusal(503, 'serviceUnavailable', 'busy')) })).rejects.toThrow(
      'busy',
    );
  });

  test('signed in to another tenant nothing is told of this one', async () => {
    const self = () => Promise.resolve({ principalId: SELF, applicationId: SELF, tenantId: SELF, isPerson: false, permissions: [] });
    await expect(reading({ self })).rejects.toThrow(RefusedError);
  });
});

describe('Google Cloud', () => {
  const SA = 'offboarding@contoso-tools.iam.gserviceaccount.com';
  const POOL = 'projects/1/locations/global/workloadIdentityPools/workers';
  const IDENTITY = `principal://iam.googleapis.com/${POOL}/subject/ci`;
  const context: ReadContext = contextOf({ organization: '900', projects: ['contoso-app'] });
  const reading = (ourselves: string[], members: string[], role = 'roles/browser', parent: string | undefined = 'organizations/900') =>
    ownAccessAtResource(
      {
        ourselves: () => Promise.resolve(ourselves),
        getPolicy: () => Promise.resolve({ bindings: [{ role, members }] }),
        parentOf: () => Promise.resolve(parent),
      } as unknown as GcpApi,
      'gcp:projects/contoso-app',
      context,
    );

  test('only what its own member holds is its own', async () => {
    const { grants, unknown } = await reading([SA], [`serviceAccount:${SA}`, `serviceAccount:x${SA}`, `user:${SA}`, `group:${SA}`]);
    expect(grants).toMatchObject([{ kind: 'gcp-binding', holder: `serviceAccount:${SA}`, title: 'roles/browser on projects/contoso-app' }]);
    expect(grants[0]?.doubt).toBeUndefined();
    expect(unknown).toEqual([]);
  });

  test('identities of the pool its credentials come through are told; a whole set of them is left to a person', async () => {
    const set = `principalSet://iam.googleapis.com/${POOL}/*`;
    const other = `principal://iam.googleapis.com/${POOL}-2/subject/ci`;
    const { grants } = await reading([POOL, `${POOL}/providers/ci`], [IDENTITY, set, other]);
    expect(grants.map((g) => [g.holder, g.doubt !== undefined])).toEqual([
      [IDENTITY, false],
      [set, true],
    ]);
  });

  test.each(['roles/owner', 'roles/editor'])('%s was given for something more than this job', async (role) => {
    expect((await reading([SA], [`serviceAccount:${SA}`], role)).grants[0]?.doubt).toContain('never needs a basic role');
  });

  test('a person’s credentials do not tell whose they are: unknown', async () => {
    const { grants, unknown } = await reading([], [`serviceAccount:${SA}`]);
    expect(grants).toEqual([]);
    expect(unknown).toMatchObject([{ system: 'gcp:projects/contoso-app', reason: expect.stringContaining("a person's own") as string }]);
  });

  test('what lies above and is not named by the manifest is unknown', async () => {
    expect((await reading([SA], [], 'roles/browser', 'folders/77')).unknown).toMatchObject([{ system: 'gcp:folders/77' }]);
  });
});
