import { afterAll, beforeAll, expect, test } from 'vitest';
import { entraCloud } from '../../../activities/entra/cloud.ts';
import { readDirectoryRoles } from '../../../activities/entra/directory-roles.ts';
import type { EntraSnapshot } from '../../../activities/entra/reader.ts';
import type { EntraApi } from '../../../activities/entra/wire/clients.ts';
import type { SystemId } from '../../../model/names.ts';
import { FACTS, CIEM_PRINCIPAL, defaultManifest, planned, TENANT } from '../planned.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';

const cloud = entraCloud();
const system: SystemId = `entra:${TENANT}`;
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;
let api: EntraApi;

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
  api = await cloud.connect(system, context);
});
afterAll(() => sandbox.stop());

const judge = (snapshot: EntraSnapshot) => cloud.kinds.flatMap((kind) => kind.match(snapshot, FACTS).findings);

test('the worker reads its own principal and who holds the roles the guide demands', async () => {
  await cloud.probe(api, system);
  const roles = await readDirectoryRoles(api);
  expect(roles.cloudApplicationAdministrators).toContain(roles.workerPrincipalId);
  expect(roles.workerPermissions).toContain('Application.ReadWrite.All');
  expect(roles.permissionsManagementAdministrators.map((a) => a.name)).toContain('dana.otp@contoso.example');
});

test('a worker signed in to another tenant is refused instead of finding nothing', async () => {
  const other: SystemId = 'entra:11111111-2222-3333-4444-555555555555';
  for (const attempt of [cloud.read(api, other, context), cloud.probe(api, other)]) {
    const error = await attempt.catch((e: unknown) => e);
    expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'WrongTenant' });
  }
});

test('the directory tells the CIEM principal’s object id', async () => {
  expect(cloud.facts(await cloud.read(api, system, context), TENANT, FACTS.issuer)).toEqual({
    ciemPrincipalId: CIEM_PRINCIPAL,
    ciemFormerIds: [],
    ourselves: [(await api.self()).principalId, (await api.self()).applicationId],
  });
});

test('both OIDC applications and the sign-in are found, removed and read back as gone; nothing else changes', async () => {
  const snapshot = await cloud.read(api, system, context);
  const findings = judge(snapshot);
  expect(findings.map((f) => f.kind)).toEqual(['entra-oidc-application', 'entra-oidc-application', 'entra-ciem-sign-in']);
  for (const finding of findings) {
    const item = planned(finding);
    const kind = cloud.kinds.find((k) => k.name === item.kind);
    expect(await kind?.read(api, item)).toEqual(item.snapshot);
    await kind?.remove(api, [item]);
    await expect.poll(() => kind?.read(api, item), { timeout: 15_000 }).toBeUndefined();
  }
  const report = await sandbox.report();
  expect(report.untouched.changed).toEqual([]);
  expect(report.ours.left.filter((key) => key.startsWith('entra-'))).toEqual([]);
  expect(judge(await cloud.read(api, system, context))).toEqual([]);
});

test('deleting an application a second time is done, and no failure', async () => {
  expect(await api.deleteApplication('1f2e3d4c-0001-4b5a-8c7d-9e0f1a2b3c01')).toBeUndefined();
});
