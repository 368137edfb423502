import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MAILBOX, smallEstate, type TestEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const FORGOTTEN = 'data-collector:collector-forgotten';
const SIGN_IN = 'entra-service-principal:2a6e4c80-0001-4d5f-8b9a-3c4d5e6f7a01';

/** A second collector in the portal, which still collects. */
function estate(): TestEstate {
  const small = smallEstate();
  small.objects.push({
    kind: 'portal-collector',
    ours: true,
    id: 'collector-forgotten',
    type: 'gcp',
    name: 'Forgotten',
    recipient: MAILBOX,
  });
  return small;
}

/** Follows the guide to the phase that disables sign-in, and expects it to be held there. */
async function expectSignInHeld(run: string): Promise<string> {
  const { run: journal } = await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const { unresolved } = await stage.until(run, (v) => v.stage === 'sign-in' && v.awaiting.length > 0);
  expect(unresolved).toMatchObject([{ outcome: 'blocked', code: 'Shared', reason: `still needed by ${FORGOTTEN}` }]);
  expect(await intentsOf(stage, journal)).not.toContain(unresolved[0]?.item);
  expect((await stage.sandbox.client.report()).ours.left.toSorted()).toEqual([SIGN_IN, 'portal-collector:collector-forgotten']);
  return journal;
}

test('a collector that the portal lists and the manifest does not name keeps sign-in enabled', async () => {
  const run = await startedRun(stage, estate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  expect((await stage.offboard('plan', run)).out).toContain('collector-forgotten');
  await expectSignInHeld(run);
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'it goes on collecting')).toMatchObject({ code: 0 });
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await stage.sandbox.client.report()).ours.left).toContain(SIGN_IN);
});

test('so does one that the manifest protects', async () => {
  const small = estate();
  small.manifest.protected = ['collector-forgotten'];
  await expectSignInHeld(await startedRun(stage, small));
});
