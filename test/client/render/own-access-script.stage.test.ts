import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ownAccessScript } from '../../../client/render/own-access-script.ts';
import type { OwnAccess, OwnGrant } from '../../../model/own-access.ts';
import { azureOwnAccess } from '../../../activities/azure/own-access/shell.ts';
import { entraOwnAccess } from '../../../activities/entra/own-access/shell.ts';
import { runWithAz } from '../../activities/az-stand-in.ts';
import { defaultManifest, TENANT } from '../../activities/planned.ts';

const NASTY = 'it\'s $(touch /tmp/x) `y` "z"\nrm -rf ~';
const PRINCIPAL = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e202';
const CUSTOM = '/providers/Microsoft.Authorization/roleDefinitions/3c0d9b52-6a41-4f7e-8b1d-0c9e8f7a6b5c';
const SUBSCRIPTION = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';

const assignment = (scope: string, doubt?: string): OwnGrant => ({
  kind: 'azure-role-assignment',
  system: `azure:${scope}`,
  id: `${scope}/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0001-4a5f-9d3c-2f60b8a71e01`,
  holder: PRINCIPAL,
  title: `role at ${scope} ${NASTY}`,
  ...(doubt === undefined ? {} : { doubt }),
  definition: { scope, roleDefinitionId: CUSTOM },
});
const directoryRole: OwnGrant = {
  kind: 'entra-directory-role',
  system: `entra:${TENANT}`,
  id: 'lAPpYvVpN0KRkAEhdxReEJC2sEqbR_9Hr48lds9SGHI-1',
  holder: PRINCIPAL,
  title: 'directory role Cloud Application Administrator',
  definition: { roleDefinitionId: 'x' },
};
const appRole: OwnGrant = {
  kind: 'entra-app-role',
  system: `entra:${TENANT}`,
  id: 'a/b c',
  holder: PRINCIPAL,
  title: 'application permission Application.ReadWrite.All of Microsoft Graph',
  definition: { principalId: PRINCIPAL, permission: 'Application.ReadWrite.All' },
};
const awsRole: OwnGrant = {
  kind: 'aws-role',
  system: 'aws:210987654311',
  id: 'arn:aws:iam::210987654311:role/offboarding-entry',
  holder: 'w',
  title: 'role',
  definition: { RoleName: NASTY, RoleId: 'AROA1', AttachedPolicies: [NASTY], InlinePolicies: [NASTY], InstanceProfiles: [NASTY] },
};
const binding: OwnGrant = {
  kind: 'gcp-binding',
  system: 'gcp:organizations/1',
  id: 'organizations/1#x',
  holder: 'w',
  title: 'binding',
  definition: {
    resource: 'organizations/1',
    role: 'organizations/1/roles/mepm',
    member: `serviceAccount:${NASTY}`,
    condition: null,
    uniqueId: '',
  },
};

const script = (access: Partial<OwnAccess>) =>
  ownAccessScript(
    { identities: [], grants: [], unknown: [], ...access },
    { run: `run ${NASTY}`, manifest: defaultManifest(), now: new Date(0) },
  );
const executable = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('bash takes the script of every cloud, whatever names hold', () => {
  const text = script({
    identities: [{ cloud: 'gcp', id: `x@p.iam.gserviceaccount.com ${NASTY}` }],
    grants: [assignment(SUBSCRIPTION), directoryRole, appRole, awsRole, binding],
    unknown: [{ system: 'aws:1', reason: NASTY }],
  });
  expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('az gets each right once, what lies below first and the directory last', () => {
  const grants = [appRole, directoryRole, assignment(''), assignment(SUBSCRIPTION)];
  const run = runWithAz(script({ grants }).split('\n'), TENANT);
  expect(run).toMatchObject({ code: 0, err: '' });
  expect(run.calls.slice(0, 2).map((c) => c.join(' '))).toEqual([
    `role assignment delete --ids ${assignment(SUBSCRIPTION).id}`,
    `role assignment delete --ids ${assignment('').id}`,
  ]);
  const graph = 'https://graph.microsoft.com/v1.0';
  expect(run.calls.slice(2).map((c) => [c[2], c[4]])).toEqual([
    ['DELETE', `${graph}/roleManagement/directory/roleAssignments/${directoryRole.id}`],
    ['DELETE', `${graph}/servicePrincipals/${PRINCIPAL}/appRoleAssignments/a%2Fb%20c`],
  ]);
});

test('what was taken away before is no failure, and any other refusal ends the script', () => {
  const lines = script({ grants: [directoryRole, appRole] }).split('\n');
  expect(runWithAz(lines, TENANT, { roleManagement: 'Request_ResourceNotFound' })).toMatchObject({ code: 0, calls: { length: 2 } });
  const refused = runWithAz(lines, TENANT, { roleManagement: 'Authorization_RequestDenied' });
  expect(refused).toMatchObject({ code: 1, calls: { length: 1 } });
});

test('what may serve others stands there with the reason, and no line of it is run', () => {
  const text = script({ grants: [assignment(SUBSCRIPTION, 'a group holds it')] });
  expect(text).toContain('# LEFT TO YOU: a group holds it');
  expect(text).toContain(`# az role assignment delete --ids ${SUBSCRIPTION}`);
  expect(executable(text)).toEqual(['set -euo pipefail']);
});

test('an eligible right is never taken by itself: the request that would stands there as a comment', () => {
  const id = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/7b1e4c90-0001-4a5f-9d3c-2f60b8a71e02`;
  const role = { principalId: PRINCIPAL, roleDefinitionId: CUSTOM };
  const azure = {
    ...assignment(SUBSCRIPTION, 'eligible'),
    kind: 'azure-eligible-role' as const,
    id,
    definition: { ...role, scope: SUBSCRIPTION },
  };
  const entra = {
    ...directoryRole,
    kind: 'entra-eligible-role' as const,
    doubt: 'eligible',
    definition: { ...role, directoryScopeId: '/' },
  };
  const text = script({ grants: [azure, entra] });
  expect(executable(text)).toEqual(['set -euo pipefail']);
  const lines = [...entraOwnAccess.prelude(defaultManifest()), ...azureOwnAccess.take(azure), ...entraOwnAccess.take(entra)];
  expect(lines.slice(-2).every((line) => text.includes(`\n# ${line}\n`))).toBe(true);
  const run = runWithAz(lines, TENANT);
  const bodies = run.calls.flatMap((c) => c.filter((w) => w.startsWith('{')).map((w) => JSON.parse(w) as unknown));
  expect(bodies).toMatchObject([
    { properties: { ...role, requestType: 'AdminRemove' } },
    { ...role, action: 'adminRemove', directoryScopeId: '/' },
  ]);
  expect(
    run.calls.some((c) => c.some((w) => w.includes(`${SUBSCRIPTION}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/`))),
  ).toBe(true);
});

test('custom roles, identities and what is not known are comments', () => {
  const text = script({
    identities: [
      { cloud: 'gcp', id: 'offboarding@contoso-tools.iam.gserviceaccount.com' },
      { cloud: 'entra', id: `${PRINCIPAL} (application c8d7e6f5-0003-4a1b-9c2d-3e4f5a6b7c03)` },
    ],
    grants: [assignment(SUBSCRIPTION), binding],
    unknown: [{ system: 'aws:999988887777', reason: 'nobody looked' }],
  });
  expect(text).toContain('# if it is a custom role, made for this job');
  expect(text).toContain('gcloud iam roles delete mepm --organization=1');
  expect(text).toContain('gcloud iam service-accounts delete offboarding@contoso-tools.iam.gserviceaccount.com --project=contoso-tools');
  expect(text).toContain('az ad app delete --id c8d7e6f5-0003-4a1b-9c2d-3e4f5a6b7c03');
  expect(text).toContain('# - aws:999988887777: nobody looked');
  expect(executable(text).join('\n')).not.toMatch(/roles delete|accounts delete|app delete|definition delete/);
});
