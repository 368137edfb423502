import { expect, test } from 'vitest';
import { isProviderOf, isRoleArn, isUniqueId, issuerOfProvider, nameInArn, pathAndName } from '../../../../activities/aws/footprint/ids.ts';
import { OIDC_ROLE, OTHER_TENANT, PROVIDER, providerArn } from '../fixtures.ts';
import { TENANT } from '../../planned.ts';

test.each([
  [OIDC_ROLE, true, false],
  ['AROAOIDCROLE', false, true],
  ['AIDAJQABLZS4A3QDU576Q', false, true],
  ['AIPAJQABLZS4A3QDU576Q', false, true],
  ['AIDA', false, false],
  ['Administrator', false, false],
  ['arn:aws:iam::111122223333:user/sam', false, false],
  ['arn:aws:iam::111122223333:root', false, false],
])('%s is a role’s ARN: %o, a unique id: %o', (principal, role, byId) => {
  expect([isRoleArn(principal), isUniqueId(principal)]).toEqual([role, byId]);
});

test('a provider’s ARN ends with its issuer, in whatever case the tenant’s id is written', () => {
  expect(issuerOfProvider(PROVIDER)).toBe(`sts.windows.net/${TENANT}/`);
  expect(issuerOfProvider(OIDC_ROLE)).toBeUndefined();
  expect(isProviderOf(PROVIDER, `sts.windows.net/${TENANT.toUpperCase()}/`)).toBe(true);
  expect(isProviderOf(providerArn(OTHER_TENANT), `sts.windows.net/${TENANT}/`)).toBe(false);
  expect(isProviderOf(OIDC_ROLE, `sts.windows.net/${TENANT}/`)).toBe(false);
});

test('a name is what follows the path; a role’s path is written with or without its first slash', () => {
  expect(nameInArn('arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations')).toBe('AWSConfigRoleForOrganizations');
  expect([pathAndName('/team/entry'), pathAndName('team/entry'), pathAndName('entry')]).toEqual(['team/entry', 'team/entry', 'entry']);
});
