import { expect, test } from 'vitest';
import { namesTenant, onboardingPolicy } from '../../../../activities/aws/footprint/lookalike.ts';

const ID = '7c0e1d4a-2b35-4f6e-9a87-1d2c3b4a5f60';

test('a policy is named as onboarding did by the whole name, with this tenant’s id in whatever case', () => {
  expect(onboardingPolicy(`ciem-cloudtrail-${ID}`, ID)).toBe('trail');
  expect(onboardingPolicy(`ciem-controller-${ID.toUpperCase()}`, ID)).toBe('controller');
  expect(onboardingPolicy('SSOPolicy', ID)).toBe('sso');
});

test.each([
  `ciem-cloudtrail-${ID}-x`,
  `x-ciem-cloudtrail-${ID}`,
  `CIEM-cloudtrail-${ID}`,
  `ciem-cloudtrail-${ID}${ID}`,
  'ciem-cloudtrail-TENANT',
  'ciem-cloudtrail-',
  'ciem-scp-8d1f2e5b-3c46-4a7f-8b98-2e3d4c5b6a71',
])('%s is not', (name) => {
  expect(namesTenant(name, ID)).toBe(false);
});
