import { expect, test } from 'vitest';
import { mergeOwnAccess, takingOrder, ownAccessWords, type OwnAccess, type OwnGrant, type OwnGrantKind } from '../../model/own-access.ts';
import type { SystemId } from '../../model/names.ts';

const grant = (kind: OwnGrantKind, system: SystemId, id: string, title = id): OwnGrant => ({
  kind,
  system,
  id,
  title,
  holder: 'worker',
  definition: null,
});
const role = (account: string) => grant('aws-role', `aws:${account}`, `arn:aws:iam::${account}:role/offboarding-entry`);
const azure = (scope: string) =>
  grant(
    'azure-role-assignment',
    'azure:/',
    `${scope}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-000000000001`,
  );
const gcp = (resource: string) => grant('gcp-binding', `gcp:${resource}`, `${resource}#roles/x#serviceAccount:w`);
const permission = (name: string) => grant('entra-app-role', 'entra:t', `id-${name}`, `application permission ${name} of Microsoft Graph`);
const nothing: OwnAccess = { identities: [], grants: [], unknown: [] };

test('what is below goes before what is above, the management account after its members, the directory and its permissions last', () => {
  const inOrder = [
    azure('/subscriptions/b'),
    azure('/providers/Microsoft.Management/managementGroups/a'),
    azure(''),
    gcp('projects/z'),
    gcp('folders/2'),
    gcp('organizations/1'),
    role('222222222222'),
    role('333333333333'),
    role('111111111111'),
    grant('entra-directory-role', 'entra:t', 'z'),
    permission('RoleManagement.Read.Directory'),
    permission('Application.ReadWrite.All'),
  ];
  expect(takingOrder(inOrder.toReversed(), '111111111111').map((g) => g.id)).toEqual(inOrder.map((g) => g.id));
});

test('without a management account the accounts go by their numbers', () => {
  expect(takingOrder([role('333333333333'), role('111111111111')], undefined).map((g) => g.system)).toEqual([
    'aws:111111111111',
    'aws:333333333333',
  ]);
});

test('what is seen from several systems is told once, and two things of one kind are two', () => {
  const above = azure('/providers/Microsoft.Management/managementGroups/a');
  const part = (own: OwnGrant[]): OwnAccess => ({
    identities: [{ cloud: 'azure', id: 'o' }],
    grants: [above, ...own],
    unknown: [{ system: 'aws:1', reason: 'far away' }],
  });
  const merged = mergeOwnAccess([part([azure('/subscriptions/b')]), part([azure('/subscriptions/c')])]);
  expect(merged.grants).toHaveLength(3);
  expect(merged).toMatchObject({ identities: [{ id: 'o' }], unknown: [{ system: 'aws:1' }] });
});

test('nothing seen is never told as nothing there while something is unknown', () => {
  expect(ownAccessWords(nothing)).toBe('none was seen');
  expect(ownAccessWords({ ...nothing, unknown: [{ system: 'aws:1', reason: 'x' }] })).toBe('none was seen; 1 could not be read');
  expect(ownAccessWords({ ...nothing, grants: [role('111111111111')] })).toBe('1 seen');
});
