import { expect, test } from 'vitest';
import { proofChains } from '../../model/proof-chain.ts';
import { finding, planOf } from './findings.ts';

const OIDC = 'aws:role:oidc';
const CLIENT = 'aws:client';

test('why a thing is ours is told down to what that rests on, each once', () => {
  const member = finding('member', { uses: [OIDC] });
  const oidc = finding('oidc', { why: ['its trust demands the audience', 'its policy is onboarding’s'], provides: [OIDC], uses: [CLIENT] });
  const client = finding('client', { why: ['the tenant’s issuer'], provides: [CLIENT] });
  const chains = proofChains(planOf([member, oidc, client]).items);
  expect(chains.get(member.id)).toEqual([
    'because trusts the OIDC role',
    'because role oidc, which it uses, is: its trust demands the audience; its policy is onboarding’s',
    'because role client, which it uses, is: the tenant’s issuer',
  ]);
  expect(chains.get(client.id)).toEqual(['because the tenant’s issuer']);
});

test('things that use each other are a chain that ends', () => {
  const a = finding('a', { provides: ['aws:a'], uses: ['aws:b'] });
  const b = finding('b', { provides: ['aws:b'], uses: ['aws:a'] });
  const items = planOf([finding('a'), finding('b')]).items.map((i) => ({ ...i, ...(i.id === a.id ? a : b) }));
  expect(proofChains(items).get(a.id)).toHaveLength(2);
});
