import { expect, test } from 'vitest';
import { isGranted } from '../../activities/azure/rights.ts';
import { proxyOf } from '../../activities/doctor/examine.ts';
import { withIncluded } from '../../activities/entra/rights.ts';

const DELETE = 'Microsoft.Authorization/roleAssignments/delete';

test.each([
  ['itself, in whatever case', { actions: [DELETE.toLowerCase()], notActions: [] }, true],
  ['all of a provider', { actions: ['Microsoft.Authorization/*'], notActions: [] }, true],
  ['all reads', { actions: ['*/read'], notActions: [] }, false],
  [
    'all but it, as Contributor has',
    { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'] },
    false,
  ],
  ['a dot that is a letter', { actions: [DELETE.replace('.', 'x')], notActions: [] }, false],
])('an Azure role has an action by its patterns: %s', (_, role, granted) => {
  expect(isGranted(DELETE, [role])).toBe(granted);
});

test('what one assignment leaves out another gives; without any there is nothing', () => {
  const contributor = { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete'] };
  expect(isGranted(DELETE, [contributor, { actions: [DELETE], notActions: [] }])).toBe(true);
  expect(isGranted(DELETE, [])).toBe(false);
});

test('a permission of Graph brings those that it includes, through others too', () => {
  expect(withIncluded(['Directory.ReadWrite.All'])).toContain('RoleEligibilitySchedule.Read.Directory');
  expect(withIncluded(['Application.ReadWrite.All'])).toEqual(new Set(['Application.ReadWrite.All', 'Application.Read.All']));
});

test('the password in a proxy’s address is not told, and what is not set is not there', () => {
  expect(proxyOf({ HTTPS_PROXY: 'http://sam:secret@proxy.example:8080', NO_PROXY: '', PATH: '/bin' })).toEqual({
    HTTPS_PROXY: 'http://…@proxy.example:8080',
  });
});
