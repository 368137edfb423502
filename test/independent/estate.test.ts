import { DeleteOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNTS, iamOf, MEMBERS, OIDC_ACCOUNT, TENANT } from './aws-accounts.ts';
import { expectedToGo, seed } from './aws-estate.ts';
import { POLICIES, PROVIDERS, ROLES } from './aws-seeds.ts';
import { inventory } from './inventory.ts';
import { startMoto, type Moto } from './moto.ts';

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto((line) => process.stderr.write(`${line}\n`));
  await seed(moto.url);
}, 300_000);
afterAll(() => moto.stop());

test('moto keeps twelve accounts apart and holds every seed, and nothing else', async () => {
  expect(new Set(ACCOUNTS).size).toBe(12);
  const found = await inventory(moto.url);
  expect([...found.keys()].filter((key) => !key.includes(' profile '))).toHaveLength(ROLES.length + POLICIES.length + PROVIDERS.length);
  expect([...found.keys()]).toEqual(expect.arrayContaining(expectedToGo()));
  expect(found.get(`${MEMBERS[3]} profile contoso-agents`)).toMatchObject({ roles: ['mciem-member-account-role'] });
});

test('the inventory sees what is changed behind our back', async () => {
  const before = await inventory(moto.url);
  const iam = await iamOf(moto.url, OIDC_ACCOUNT);
  const provider = `sts.windows.net/${TENANT}/`;
  const OpenIDConnectProviderArn = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/${provider}`;
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
  const after = await inventory(moto.url);
  expect([...before.keys()].filter((key) => !after.has(key))).toEqual([`${OIDC_ACCOUNT} provider ${provider}`]);
});
