import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownAccessScript } from '../../client/render/own-access-script.ts';
import { ACCOUNTS, ENTRY_ROLE, iamOf, MANAGEMENT_ACCOUNT } from './aws-accounts.ts';
import { awsShell } from './aws-cli.ts';
import { seed } from './aws-estate.ts';
import { productOn } from './aws-plan.ts';
import { inventory } from './inventory.ts';
import { startMoto, type Moto } from './moto.ts';

/** What accounts are entered with by whoever takes the worker's role away. */
const ADMIN_ROLE = 'OrganizationAccountAccessRole';

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto((line) => process.stderr.write(`${line}\n`));
  await seed(moto.url);
  for (const account of ACCOUNTS) await addToEntryRole(account);
});
afterAll(() => moto.stop());

/** What a role may have besides, and what must go before it can. */
async function addToEntryRole(account: string): Promise<void> {
  const iam = await iamOf(moto.url, account);
  const named = { RoleName: ENTRY_ROLE };
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:List*', Resource: '*' }] };
  await iam.send(new PutRolePolicyCommand({ ...named, PolicyName: 'read', PolicyDocument: JSON.stringify(document) }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'worker' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ ...named, InstanceProfileName: 'worker' }));
  iam.destroy();
}

test('the script, run by bash with the real AWS CLI, takes the worker’s role from each account and nothing else', async () => {
  const product = productOn(moto.url);
  const shell = await awsShell(moto.url);
  const access = await product.ownAccess();
  expect(access.grants).toHaveLength(ACCOUNTS.length);
  expect(access.grants[0]?.title).toMatch(/IAMFullAccess, read \(inline\)$/);
  const manifest = {
    ...product.manifest,
    aws: { ...product.manifest.aws, managementAccount: MANAGEMENT_ACCOUNT },
  } as typeof product.manifest;
  const script = ownAccessScript(access, { run: 'independent', manifest, now: new Date() });
  const before = await inventory(moto.url);

  const refused = await shell(script);
  expect(refused).toMatchObject({ err: expect.stringContaining('AWS_ADMIN_ROLE: name the role') as string });
  expect(refused.code).not.toBe(0);
  const self = await shell(`export AWS_ADMIN_ROLE=${ENTRY_ROLE}\n${script}`);
  expect(self).toMatchObject({ code: 1, err: expect.stringContaining('which is to be deleted; name another') as string });
  expect([...(await inventory(moto.url)).keys()]).toEqual([...before.keys()]);

  const run = await shell(`export AWS_ADMIN_ROLE=${ADMIN_ROLE}\n${script}`);
  expect(run).toMatchObject({ code: 0, err: '' });
  expect([...run.out.matchAll(/^in account (\d+)$/gm)].map((m) => m[1]).at(-1)).toBe(MANAGEMENT_ACCOUNT);
  const after = await inventory(moto.url);
  const gone = [...before.keys()].filter((key) => !after.has(key));
  expect(gone.toSorted()).toEqual(ACCOUNTS.map((a) => `${a} role ${ENTRY_ROLE}`).toSorted());
  expect([...after.keys()].filter((key) => !before.has(key))).toEqual([]);
  expect(await shell(`export AWS_ADMIN_ROLE=${ADMIN_ROLE}\n${script}`)).toMatchObject({ code: 0, err: '' });
}, 900_000);
