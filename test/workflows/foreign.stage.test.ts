import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate, type TestEstate } from '../harness/estate.ts';
import { finish, planOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const PAYROLL = 'entra-oidc-application:5d9b7fb3-0077-4a8c-8ecd-6f7a8b9cad77';

/** The manifest names an application of somebody else's as one of the OIDC applications, and overrides it. */
function estate(): TestEstate {
  const small = smallEstate();
  const id = PAYROLL.slice('entra-oidc-application:'.length);
  const uri = 'api://payroll';
  const appId = '5d9b7fb3-0078-4a8c-8ecd-6f7a8b9cad78';
  small.objects.push({ kind: 'entra-application', ours: false, id, appId, displayName: 'Payroll', identifierUris: [uri] });
  small.manifest.entra = { applications: ['api://mciem-aws-oidc-app', uri] };
  small.manifest.overrides = [{ item: PAYROLL, reason: 'onboarding renamed it' }];
  return small;
}

test('an application that only the manifest’s word connects with MEPM stays, although an override names it', async () => {
  const run = await startedRun(stage, estate());
  const plan = await planOf(stage, run);
  expect(plan.warnings[0]).toContain("NOT RECOGNISED AS MEPM's: Payroll");
  expect(plan.untouched.find((u) => u.id === PAYROLL)?.reason).toContain('foreignThings');
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

test('where the worker’s policy allows foreign things it goes by its override, and the plan says so first of all', async () => {
  stage.deps.policy = { ...stage.deps.policy, foreignThings: true };
  const run = await startedRun(stage, estate());
  const plan = await planOf(stage, run);
  expect(plan.warnings[0]).toMatch(/NOT RECOGNISED AS MEPM's: Payroll .* goes on the word of the manifest/);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).untouched.changed).toHaveLength(1);
});
