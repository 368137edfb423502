import { expect, test } from 'vitest';
import { meansItem, normalItem, normalNative, normalNumber } from '../../../model/identity/native.ts';
import { samePerson } from '../../../model/identity/person.ts';
import { parsePolicy } from '../../../model/policy.ts';

test.each([
  ['Sam', 'sam'],
  ['jos\u00e9@contoso.example', 'Jose\u0301@contoso.example'],
  [' sam  lee', 'Sam Lee '],
  ['sam\u200b', 'sam'],
  ['\uff53\uff41\uff4d', 'sam'],
  ['STRASSE', 'stra\u00dfe'],
])('%j and %j are one person', (a, b) => {
  expect(samePerson(a, b)).toBe(true);
});

test.each([
  ['sam', 'sam@contoso.example'],
  ['sam', 'samm'],
])('%j and %j are two', (a, b) => {
  expect(samePerson(a, b)).toBe(false);
});

test.each([
  ['AAAAAAAA-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001'],
  [
    '/subscriptions/A/providers/Microsoft.Authorization/roleAssignments/B',
    '/subscriptions/a/providers/microsoft.authorization/roleassignments/b',
  ],
  ['arn:aws:iam::111122223333:role/Old', 'arn:aws:iam::111122223333:role/old'],
  ['folders/023', 'folders/23'],
  ['projects/x/serviceAccounts/A@x.iam.gserviceaccount.com', 'projects/x/serviceAccounts/a@x.iam.gserviceaccount.com'],
])('%s and %s are one id', (a, b) => {
  expect(normalNative(a)).toBe(normalNative(b));
});

test.each([
  ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:One', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:one'],
  ['projects/x/roles/One', 'projects/x/roles/one'],
  ['arn:aws:iam::111122223333:oidc-provider/x/#api://One', 'arn:aws:iam::111122223333:oidc-provider/x/#api://one'],
  ['example.com:web', 'example.org:web'],
])('%s and %s are two ids', (a, b) => {
  expect(normalNative(a)).not.toBe(normalNative(b));
});

test('a number is the same with zeros before it, and zero is a number', () => {
  expect(normalNumber('0023')).toBe('23');
  expect(normalNumber('00')).toBe('0');
});

test('a thing may be written with its kind or without', () => {
  const item = 'aws-role:arn:aws:iam::111122223333:role/Old';
  expect(normalItem('aws-role:arn:aws:iam::111122223333:role/OLD')).toBe(normalItem(item));
  expect(meansItem('arn:aws:iam::111122223333:role/old', item)).toBe(true);
  expect(meansItem('arn:aws:iam::111122223333:role/older', item)).toBe(false);
});

test('a policy that names one person twice is refused with both places', () => {
  expect(() => parsePolicy('policy.yaml', 'identity: asserted\napprovers:\n  - sam\n  - Sam\n')).toThrow(
    'policy.yaml:4: approvers: Sam is named twice: it is the same as sam (approvers.0, line 3; approvers.1, line 4); name it once',
  );
});
