import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate, type TestEstate } from '../harness/estate.ts';
import { approveGate, finish, planOf, startedRun } from '../harness/people.ts';
import { beforeRemoving, denied } from '../harness/removals.ts';
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

test('nor does an amendment reach it: it is refused with the reason, and the run goes on waiting', async () => {
  const small = estate();
  small.manifest.overrides = [];
  const run = await startedRun(stage, small);
  const undo = beforeRemoving(stage, 'aws', (i) => i.kind === 'aws-role', denied);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  const amend = (item: string) =>
    stage.offboard('amend', run, '--override', `${item}=onboarding renamed it`, '--reason', 'x', '--by', APPROVER);
  for (const item of [PAYROLL, PAYROLL.toUpperCase().replace('ENTRA-OIDC-APPLICATION', 'entra-oidc-application')])
    expect(await amend(item)).toMatchObject({ code: 51, err: expect.stringContaining("NOT RECOGNISED AS MEPM's") as string });
  const view = await stage.view(run);
  expect([view.status, view.awaiting.map((a) => a.kind)]).toEqual(['running', ['items']]);
  expect(await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'x')).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
});

test('where the worker’s policy allows foreign things it goes by its override, and the plan says so first of all', async () => {
  stage.deps.policy = { ...stage.deps.policy, foreignThings: true };
  const run = await startedRun(stage, estate());
  const plan = await planOf(stage, run);
  expect(plan.warnings[0]).toMatch(/NOT RECOGNISED AS MEPM's: Payroll .* goes on the word of the manifest/);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).untouched.changed).toHaveLength(1);
});
