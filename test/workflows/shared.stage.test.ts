import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, OIDC_ACCOUNT, smallEstate, TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const PROVIDER = `sts.windows.net/${TENANT}/`;
const PROVIDER_ARN = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/${PROVIDER}`;
const AUDIENCE = 'api://mciem-aws-oidc-app';
const CLIENT_ID = `aws-oidc-client-id:${PROVIDER_ARN}#${AUDIENCE}`;
const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
const DEFENDER = `aws-role:arn:aws:iam::${OIDC_ACCOUNT}:role/DefenderForCloud-OidcCiem`;

/** Defender's own role lives on the provider, the client id and the application that onboarding made. */
function estate(): TestEstate {
  const small = smallEstate();
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: PROVIDER_ARN },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${PROVIDER}:aud`]: AUDIENCE } },
  };
  const trust = { Version: '2012-10-17', Statement: [statement] };
  small.objects.push({ kind: 'aws-role', ours: false, account: OIDC_ACCOUNT, name: 'DefenderForCloud-OidcCiem', trust });
  // What Defender needs counts as not ours: the sandbox's report tells when it changes.
  const shared = ['aws-oidc-provider', 'aws-oidc-client-id', 'entra-application'];
  for (const object of small.objects) if (shared.includes(object.kind)) object.ours = false;
  return small;
}

test('what Defender shares with us is held until waived, and then stays with everything Defender needs', async () => {
  const run = await startedRun(stage, estate());
  const { run: journal } = await approveGate(stage, run, 'plan');
  const first = await stage.until(run, (v) => v.stage === 'permissions' && v.awaiting.length > 0);
  expect(first.unresolved).toMatchObject([{ item: CLIENT_ID, outcome: 'blocked', code: 'Shared', reason: `still needed by ${DEFENDER}` }]);
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'Defender for Cloud needs it')).toMatchObject({ code: 0 });
  const second = await stage.until(run, (v) => v.stage === 'oidc-applications' && v.awaiting.length > 0);
  expect(second.unresolved).toMatchObject([
    { item: APPLICATION, outcome: 'blocked', code: 'Shared', reason: expect.stringContaining(DEFENDER) as string },
  ]);
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'Defender for Cloud needs it')).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const third = await stage.until(run, (v) => v.stage === 'sign-in' && v.awaiting.length > 0);
  expect(third.unresolved).toMatchObject([{ outcome: 'blocked', code: 'Shared', reason: `still needed by ${DEFENDER}` }]);
  const signIn = third.unresolved[0]?.item ?? '';
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'Defender for Cloud signs in by it')).toMatchObject({ code: 0 });
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(result.phases.map((p) => p.waived)).toEqual([1, 1, 0, 1]);
  const report = await stage.sandbox.client.report();
  expect(report.untouched.changed).toEqual([]);
  expect(report.ours.left.map((key) => key.split(':')[0])).toEqual(['entra-service-principal']);
  expect(await intentsOf(stage, journal)).not.toContain(signIn);
  expect(await intentsOf(stage, journal)).not.toContain(CLIENT_ID);
  expect(await intentsOf(stage, journal)).not.toContain(APPLICATION);
});

test('retrying what is shared does not remove it', async () => {
  const run = await startedRun(stage, estate());
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.stage === 'permissions' && v.awaiting.length > 0);
  expect(await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'once more')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await outcomesOf(stage, journal, CLIENT_ID)).map((o) => o.code)).toEqual(['Shared', 'Shared']);
  expect(await intentsOf(stage, journal)).not.toContain(CLIENT_ID);
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});
