import { expect, test } from 'vitest';
import { mayBeWaived, unreadForSignIn } from '../../model/sign-in.ts';
import { planOf } from './findings.ts';

test.each([
  ['SignInFailed: no credential worked', true],
  ['NoCredentials: Could not load the default credentials', true],
  ['cannot be walked: CredentialsProviderError: no credentials were found', true],
  ['AccessDenied: the worker lacks a permission', false],
])('%s: a failed sign-in is %o, and what failed to sign in is never offered for waiving', (reason, failed) => {
  expect(unreadForSignIn(reason)).toBe(failed);
  const [item] = planOf([], { unknown: [{ system: 'aws:444455556666', reason }] }).items;
  expect(item?.guard?.reason.includes('waive')).toBe(!failed);
  expect(item?.guard?.reason).toContain('mend the');
  expect(item?.guard?.code).toBe(failed ? 'NotSignedIn' : 'UnreadSystem');
  expect(mayBeWaived({ code: item?.guard?.code ?? '' })).toBe(!failed);
});

test.each([
  ['NoCredentials', false],
  ['SignatureDoesNotMatch', false],
  ['AccessDenied', true],
  ['Drift', true],
  ['SharedRole', true],
])('a removal that ended with %s may be waived: %o', (code, may) => {
  expect(mayBeWaived({ code })).toBe(may);
});
