import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AWS_PERMISSIONS } from '../../../activities/aws/wire/permissions.ts';

const CALLS = ['account.ts', 'account-restoring.ts'].map((file) => readFileSync(`activities/aws/wire/${file}`, 'utf8')).join('\n');

test('the table of permissions has exactly the IAM calls that the product makes', () => {
  const made = [...CALLS.matchAll(/^ {2}(?:paginate)?([A-Z]\w+?)(?:Command)?,$/gm)].map((m) => `iam:${m[1]}`);
  expect(made.length).toBeGreaterThan(15);
  expect(
    AWS_PERMISSIONS.map((p) => p.call)
      .filter((call) => call.startsWith('iam:'))
      .toSorted(),
  ).toEqual(made.toSorted());
});
