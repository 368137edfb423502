import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const DOCUMENT = readFileSync('docs/clouds/aws.md', 'utf8');
const CALLS = ['account.ts', 'account-restoring.ts'].map((file) => readFileSync(`activities/aws/wire/${file}`, 'utf8')).join('\n');
/** IAM asks for these where something is made with tags. */
const WITH_TAGS = ['iam:TagOpenIDConnectProvider', 'iam:TagPolicy', 'iam:TagRole'];

interface Policy {
  Statement: { Effect: string; Action: string | string[] }[];
}

test('the documented policies allow exactly the IAM calls the product makes', () => {
  const blocks = [...DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g)].map((m) => JSON.parse(m[1] ?? '') as Policy);
  const allowed = blocks.flatMap((b) => b.Statement.filter((s) => s.Effect === 'Allow').flatMap((s) => s.Action));
  const made = [...CALLS.matchAll(/^ {2}(?:paginate)?([A-Z]\w+?)(?:Command)?,$/gm)].map((m) => `iam:${m[1]}`);
  expect(made.length).toBeGreaterThan(15);
  expect(allowed.filter((a) => a.startsWith('iam:')).toSorted()).toEqual([...made, ...WITH_TAGS].toSorted());
});
