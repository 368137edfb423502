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

const ID = (n: number) => `7a1c2f0${n}-ab12-4b7e-9d2a-0a1b2c3d4e5f`;
const TENANT = `entra: {tenant: ${ID(8)}, clientId: ${ID(9)}}\n`;

test.each([
  ['without identity', 'approvers: [riley]\n', 'identity: is missing: how is it known who decides? Write `identity: ssh`'],
  ['with an approver who has no key', 'identity: ssh\napprovers: [riley]\n', 'approvers.0: riley has no key under people; add one'],
  [
    'with a key that is none',
    'identity: ssh\npeople: [{name: riley, keys: [ssh-ed25519]}]\napprovers: [riley]\n',
    'is not the line of a .pub file',
  ],
  ['of sign-ins without a tenant', `identity: entra\npeople: [{name: riley, oid: ${ID(1)}}]\napprovers: [riley]\n`, 'entra: is missing'],
  [
    'with an approver whom nothing admits',
    `identity: entra\n${TENANT}people: [{name: riley}]\napprovers: [riley]\n`,
    'approvers.0: riley has no oid, group or role under people; add one',
  ],
  [
    'with one oid under two entries',
    `identity: entra\n${TENANT}people:\n- {name: riley, oid: ${ID(1)}}\n- {name: sam, oid: ${ID(1).toUpperCase()}}\napprovers: [riley]\n`,
    'is named twice (people.0.oid, line 4; people.1.oid, line 5); give each to one entry, once',
  ],
  [
    'with a name that is an object id',
    `identity: entra\n${TENANT}people: [{name: ${ID(1)}, oid: ${ID(2)}}]\napprovers: [${ID(1)}]\n`,
    'people.0.name: is a GUID; write a name',
  ],
  [
    'with a person who is a group, too',
    `identity: entra\n${TENANT}people: [{name: riley, oid: ${ID(1)}, group: ${ID(2)}}]\napprovers: [riley]\n`,
    'riley has more than one of oid, group, role',
  ],
  [
    'with an oid that is a name',
    `identity: entra\n${TENANT}people: [{name: riley, oid: riley@contoso.example}]\napprovers: [riley]\n`,
    'people.0.oid: is not a GUID; write the id, not the name',
  ],
  [
    'with an authority elsewhere',
    `identity: entra\n${TENANT.replace('}', ', authority: "https://login.evil.example"}')}people: [{name: riley, oid: ${ID(1)}}]\napprovers: [riley]\n`,
    'entra.authority: is for a stand-in on this machine; leave it out',
  ],
])('a policy %s is refused, with the field and the mend', (_what, text, words) => {
  write(text);
  expect(() => policyOf(file)).toThrow(words);
});

test('a policy of sign-ins may admit by group or role, and then a quorum is nobody’s to count before', () => {
  write(`identity: entra\n${TENANT}people: [{name: the approvers, group: ${ID(1)}}]\napprovers: [the approvers]\nquorum: {plan: 2}\n`);
  expect(policyOf(file)().policy).toMatchObject({ entra: { cloud: 'public' }, people: [{ group: ID(1) }], quorum: { plan: 2 } });
});
