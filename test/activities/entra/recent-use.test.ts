import { afterEach, describe, expect, test } from 'vitest';
import { authorizationSystems } from '../../../activities/entra/authorization-systems.ts';
import { connectEntra, type EntraApi } from '../../../activities/entra/wire/clients.ts';
import { readDirectoryRoles } from '../../../activities/entra/directory-roles.ts';
import { readCiemUse } from '../../../activities/entra/recent-use.ts';
import { DIRECTORY_ROLES } from '../../../model/footprint.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { ALICE, CIEM_PRINCIPAL, ENTRA, WORKER_PRINCIPAL } from '../../sandbox/small-estate.ts';
import { defaultManifest } from '../planned.ts';
import { refusal } from '../refusals.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const BOB = '44444444-aaaa-4bbb-8ccc-0000000000d1';
let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

/** The small estate's directory, with changes to some of its objects by their id, and more objects. */
async function directory(changes: Record<string, object>, ...more: object[]): Promise<EntraApi> {
  sandbox = await startCloudSandbox([...ENTRA.map((o) => ({ ...o, ...changes[o.id] })), ...more]);
  return connectEntra({ url: `${sandbox.origin}/graph`, tokenScope: 'https://graph.microsoft.com/.default' }, sandbox.credential);
}

describe('the use of the CIEM application', () => {
  const manifest = (usedWithin: number) => ({ manifest: { ...defaultManifest(), guards: { usedWithin } } });
  const week = manifest(7 * 86_400_000);
  const used = (signIns: object) => directory({ [CIEM_PRINCIPAL]: { signIns } });

  test('is told when it lies within the manifest’s time, by itself and by people', async () => {
    const api = await used({ application: '2026-11-19T00:00:00Z', delegated: '2026-11-18T00:00:00Z' });
    expect(await readCiemUse(api, week, NOW)).toEqual({
      byItself: 'the CIEM application signed in by itself on 2026-11-19T00:00:00Z',
      byPeople: 'people signed in to the CIEM application on 2026-11-18T00:00:00Z',
    });
  });

  test('is none when it is longer ago, when it never was, and when the manifest asks for none', async () => {
    const api = await used({ application: '2026-11-12T00:00:00Z' });
    expect(await readCiemUse(api, week, NOW)).toEqual({});
    expect(await readCiemUse(api, manifest(0), NOW)).toEqual({});
    await sandbox?.close();
    expect(await readCiemUse(await used({}), week, NOW)).toEqual({});
  });

  test('without AuditLog.Read.All is unseen, not none', async () => {
    const api = await directory({ [WORKER_PRINCIPAL]: { lacks: ['AuditLog.Read.All'] } });
    expect(await readCiemUse(api, week, NOW)).toEqual({ unseen: 'Authorization_RequestDenied' });
  });

  test('is asked for again while Graph throttles', async () => {
    const api = { listSignInActivities: () => Promise.reject(refusal(429, 'TooManyRequests')) } as unknown as EntraApi;
    await expect(readCiemUse(api, week, NOW)).rejects.toMatchObject({ statusCode: 429 });
  });
});

describe('Permissions Management Administrators', () => {
  const eligible = (principalId: string) => ({
    kind: 'entra-role-assignment',
    ours: false,
    id: `eligible-${principalId}`,
    roleDefinitionId: DIRECTORY_ROLES.permissionsManagementAdministrator,
    principalId,
    eligible: true,
  });
  const bob = { kind: 'entra-user', ours: false, id: BOB, userPrincipalName: 'bob@contoso.example', displayName: 'Bob' };

  test('are those who hold the role and, apart, those who may activate it', async () => {
    const roles = await readDirectoryRoles(await directory({}, bob, eligible(BOB), eligible(ALICE)));
    expect(roles.permissionsManagementAdministrators.map((a) => a.name)).toEqual(['alice@contoso.example']);
    expect(roles.eligibleAdministrators).toEqual([{ id: BOB, name: 'bob@contoso.example' }]);
    expect(roles.eligibleUnseen).toBeUndefined();
  });

  test('of one principal are its own only', async () => {
    const api = await directory({}, bob, eligible(BOB), eligible(ALICE));
    expect((await api.listEligibilities({ principalId: BOB })).map((e) => e.id)).toEqual([`eligible-${BOB}`]);
    expect(await api.listEligibilities({ principalId: WORKER_PRINCIPAL })).toEqual([]);
  });

  test('that may not be looked at are told, and a tenant without the licence has none', async () => {
    const api = await directory({ [WORKER_PRINCIPAL]: { lacks: ['RoleEligibilitySchedule.Read.Directory'] } }, bob, eligible(BOB));
    expect(await readDirectoryRoles(api)).toMatchObject({ eligibleAdministrators: [], eligibleUnseen: 'Authorization_RequestDenied' });
    const unlicensed = { ...api, listEligibilities: () => Promise.reject(refusal(400, 'AadPremiumLicenseRequired')) };
    expect(await readDirectoryRoles(unlicensed)).not.toHaveProperty('eligibleUnseen');
  });
});

describe('the retired list of authorization systems', () => {
  const system = (n: number) => ({
    kind: 'entra-authorization-system',
    ours: false,
    id: `00000000000${n}`,
    name: `account ${n}`,
    type: 'aws',
  });

  test('is read over several pages while Graph answers', async () => {
    const answer = await authorizationSystems(await directory({}, system(1), system(2), system(3)));
    expect(answer).toMatchObject({
      state: 'answered',
      systems: [1, 2, 3].map((n) => ({ authorizationSystemId: `00000000000${n}`, authorizationSystemType: 'aws' })),
    });
  });

  test('is gone once Graph does not', async () => {
    expect(await authorizationSystems(await directory({}))).toEqual({ state: 'gone', code: 'HTTP 404 NotFound' });
  });

  test.each([
    [403, 'Authorization_RequestDenied', ''],
    [410, 'Gone', ''],
    [400, 'BadRequest', "Resource not found for the segment 'authorizationSystems'."],
  ])('%i %s is gone, too', async (status, code, message) => {
    const api = { listAuthorizationSystems: () => Promise.reject(refusal(status, code, message)) } as unknown as EntraApi;
    expect(await authorizationSystems(api)).toMatchObject({ state: 'gone' });
  });

  test('anything else is no answer', async () => {
    const api = { listAuthorizationSystems: () => Promise.reject(refusal(400, 'BadRequest', 'no')) } as unknown as EntraApi;
    await expect(authorizationSystems(api)).rejects.toMatchObject({ statusCode: 400 });
  });
});
