import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { READER_ASSIGNMENT, smallEstate, SUBSCRIPTION, type TestEstate } from '../harness/estate.ts';
import { approveGate, finish, planOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;
const SCOPE = `/subscriptions/${SUBSCRIPTION}`;
const STORAGE = `${SCOPE}/resourceGroups/rg-1/providers/Microsoft.Storage/storageAccounts/logs`;

/** A Bicep template was deployed as a stack in the subscription. */
function withStack(stack: { resources: string[]; detached?: string[] }): TestEstate {
  const estate = smallEstate();
  estate.objects.push({ kind: 'azure-deployment-stack', ours: false, name: 'mciem-azure', scope: SCOPE, ...stack });
  return estate;
}

test('an assignment that a Bicep deployment stack owns waits with its owner’s step, and the rest goes on', async () => {
  const run = await startedRun(stage, withStack({ resources: [STORAGE, READER_ASSIGNMENT] }));
  const { items } = await planOf(stage, run);
  const owned = items.filter((i) => i.guard?.code === 'OwnedByDeploymentStack');
  expect(owned.map((i) => i.id)).toEqual([ASSIGNMENT]);
  expect(owned[0]?.guard?.reason).toMatch(/deploymentStacks\/mciem-azure owns it .*`az stack sub create .* --action-on-unmanage detachAll/);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(await intentsOf(stage, journal)).not.toContain(ASSIGNMENT);
  expect(await removedBy(stage, journal)).toContainEqual(expect.stringMatching('^aws-role:'));
  expect((await stage.sandbox.client.report()).ours.left).toContain(ASSIGNMENT);
});

test('a stack that owns other resources, and has let go of the assignment, holds nothing', async () => {
  const run = await startedRun(stage, withStack({ resources: [STORAGE], detached: [READER_ASSIGNMENT] }));
  const plan = await planOf(stage, run);
  expect(plan.items.filter((i) => i.guard)).toEqual([]);
  expect(plan.warnings).toEqual([]);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  const { ours, untouched } = await stage.sandbox.client.report();
  expect({ left: ours.left, changed: untouched.changed }).toEqual({ left: [], changed: [] });
});

test('where nobody may list stacks the plan says so in words, and blocks nothing for it', async () => {
  const estate = withStack({ resources: [READER_ASSIGNMENT] });
  for (const object of estate.objects)
    if (object.kind === 'azure-subscription') Object.assign(object, { denied: ['Microsoft.Resources/deploymentStacks/read'] });
  const run = await startedRun(stage, estate);
  const plan = await planOf(stage, run);
  expect(plan.items.find((i) => i.id === ASSIGNMENT)).not.toHaveProperty('guard');
  expect(plan.warnings).toEqual([expect.stringContaining(`not known at ${SCOPE} (AuthorizationFailed)`)]);
  expect((await stage.offboard('plan', run)).out).toContain(
    'WARNING: whether a deployment stack (Bicep) owns role assignments is not known',
  );
});
