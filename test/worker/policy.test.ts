import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { policyOf } from '../../worker/policy.ts';

const file = join(mkdtempSync(join(tmpdir(), 'offboard-policy-')), 'policy.yaml');
const write = (text: string) => writeFileSync(file, text);

test('a policy is the one that its file holds now; one that cannot be taken stops whoever asks, until it is mended', () => {
  write('identity: asserted\napprovers: [riley]\n');
  const policy = policyOf(file);
  expect(policy().policy.approvers).toEqual(['riley']);
  write('identity: asserted\napprovers: [riley, third]\n');
  expect(policy().policy.approvers).toEqual(['riley', 'third']);
  write('identity: asserted\napprovers: []\n');
  expect(policy).toThrow(/the worker's policy cannot be taken: .*policy\.yaml:2: approvers: is empty/);
  rmSync(file);
  expect(policy).toThrow(/cannot be taken/);
  write('identity: asserted\napprovers: [third]\n');
  expect(policy().policy.approvers).toEqual(['third']);
});

test.each([
  ['without identity', 'approvers: [riley]\n', 'identity: is missing: how is it known who decides? Write `identity: ssh`'],
  ['with an approver who has no key', 'identity: ssh\napprovers: [riley]\n', 'approvers.0: riley has no key under people; add one'],
  [
    'with a key that is none',
    'identity: ssh\npeople: [{name: riley, keys: [ssh-ed25519]}]\napprovers: [riley]\n',
    'is not the line of a .pub file',
  ],
])('a policy %s is refused, with the field and the mend', (_what, text, words) => {
  write(text);
  expect(() => policyOf(file)).toThrow(words);
});
