import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AnyKind } from '../../activities/cloud.ts';
import { abandonRun } from '../harness/abandon.ts';
import { removePastTheEdge } from '../harness/by-hand.ts';
import { APPROVER, OIDC_ROLE_ARN, smallEstate, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

function quarantined(waits: { quarantine: string; watch: string }): TestEstate {
  const estate = smallEstate();
  estate.manifest.mode = 'quarantine';
  estate.manifest.waits = waits;
  estate.objects.push(memberRole('contoso-more'));
  return estate;
}

test('whoever starts the removal by hand does not shorten a quarantine', async () => {
  const run = await startedRun(stage, quarantined({ quarantine: '1h', watch: '1h' }));
  const { run: journal, planHash = '' } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  const item = memberItem('contoso-more');
  const answer = await removePastTheEdge(stage, { run: journal, planHash, work: { phase: 'permissions', items: [item] } });
  expect(answer).toMatchObject({ outcomes: [{ item, outcome: 'blocked', code: 'InQuarantine' }] });
  expect(await removedBy(stage, journal)).toEqual([]);
  const { ours } = await stage.sandbox.client.report();
  expect(ours.left).toHaveLength(ours.objects);
  expect(await stage.offboard('lift', run, '--by', APPROVER, '--reason', 'tried')).toMatchObject({ code: 0 });
  expect(await resultOf(stage, run)).toMatchObject({ status: 'denied' });
});

test('what was asked to be lifted in the last moment is lifted, however long that takes, and is not removed', async () => {
  const held = holdLifts();
  const run = await startedRun(stage, quarantined({ quarantine: '3s', watch: '1s' }));
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { awaiting } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  const item = memberItem('contoso-more');
  const lifting = stage.offboard('lift', run, '--items', item, '--by', APPROVER, '--reason', 'still read');
  await held.reached;
  // The quarantine is over meanwhile; nothing may be removed while the cloud gives the role back.
  const over = Math.max(...awaiting.map((a) => Date.parse(a.until ?? '')));
  await expect.poll(() => Date.now() > over + 500, { timeout: 60_000 }).toBe(true);
  expect(await removedBy(stage, journal)).toEqual([]);
  held.release();
  expect(await lifting).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
  const { ours } = await stage.sandbox.client.report();
  expect(ours.left.filter((key) => key.startsWith('aws-role')).toSorted()).toEqual([item, `aws-role:${OIDC_ROLE_ARN}`].toSorted());
  expect(ours.altered).not.toContain(item);
  expect(await removedBy(stage, journal)).not.toContain(item);
});

/** Holds what AWS is asked to lift, until released. */
function holdLifts(): { reached: Promise<void>; release(): void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { clouds } = stage.deps;
  const kinds = (clouds.aws.kinds as AnyKind[]).map((kind) => {
    const { quarantine } = kind;
    if (!quarantine) return kind;
    const lift: typeof quarantine.lift = async (api, item) => {
      reached.resolve();
      await released.promise;
      await quarantine.lift(api, item);
    };
    return { ...kind, quarantine: { ...quarantine, lift } };
  });
  clouds.aws = { ...clouds.aws, kinds };
  return { reached: reached.promise, release: released.resolve };
}
