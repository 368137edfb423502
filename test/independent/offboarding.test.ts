import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallEstate, STARTER } from '../harness/estate.ts';
import { finish } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { ENTRY_ROLE, LOGGING_ACCOUNT, MANAGEMENT_ACCOUNT, MEMBERS, OIDC_ACCOUNT } from './aws-accounts.ts';
import { expectedToGo, seed } from './aws-estate.ts';
import { inventory } from './inventory.ts';
import { startMoto, type Moto } from './moto.ts';

const stage = new Stage();
let moto: Moto;
beforeAll(async () => {
  moto = await startMoto((line) => process.stderr.write(`${line}\n`));
  await seed(moto.url);
  await stage.open(estateBesideMoto());
});
afterAll(async () => {
  await stage.close();
  await moto.stop();
});

/** The sandbox plays the clouds moto does not; AWS is moto's alone. */
function estateBesideMoto(): ReturnType<typeof smallEstate> {
  const estate = smallEstate();
  const aws = {
    oidcAccount: OIDC_ACCOUNT,
    managementAccount: MANAGEMENT_ACCOUNT,
    loggingAccount: LOGGING_ACCOUNT,
    members: MEMBERS,
    assumeRole: ENTRY_ROLE,
  };
  return { manifest: { ...estate.manifest, aws }, objects: estate.objects.filter((o) => !o.kind.startsWith('aws-')) };
}

test('the workflow takes twelve accounts of another house to the end, and that house finds ours gone and all else as it was', async () => {
  const before = await inventory(moto.url);
  const estate = estateBesideMoto();
  const manifest = await stage.fill(estate);
  process.env['AWS_ENDPOINT_URL_STS'] = moto.url;
  process.env['AWS_ENDPOINT_URL_IAM'] = moto.url;
  const started = await stage.offboard('start', manifest, '--by', STARTER, '--json');
  expect(started).toMatchObject({ code: 0, err: '' });
  const result = await finish(stage, (JSON.parse(started.out) as { workflowId: string }).workflowId);
  expect(result.status).toBe('completed');

  const after = await inventory(moto.url);
  expect([...before.keys()].filter((key) => !after.has(key)).toSorted()).toEqual(expectedToGo());
  // The instance profile is the customer's: it stays, without the role that was ours.
  const profile = `${MEMBERS[3]} profile contoso-agents`;
  expect(after.get(profile)).toMatchObject({ roles: [] });
  before.delete(profile);
  after.delete(profile);
  for (const [key, state] of after) expect({ [key]: state }).toEqual({ [key]: before.get(key) });
});
