import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AnyKind } from '../../activities/cloud.ts';
import type { PlanItem } from '../../model/plan.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER } from '../harness/estate.ts';
import { memberItem } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, newMail, resultOf, startedRun } from '../harness/people.ts';
import { beforeRemoving, denied, outcomesOf, recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ROLE = memberItem('contoso-collect');
const COLLECTOR = 'data-collector:collector-aws';

const decisionsOf = (journal: string) => recordsOf(stage, journal).flatMap((r) => (r.type === 'decision' ? [r.decision] : []));

/** A run whose member role could not be removed, with a person awaited. */
async function stuckRun(): Promise<{ run: string; journal: string; allow: () => void }> {
  const run = await startedRun(stage, smallEstate());
  const allow = beforeRemoving(stage, 'aws', (i) => i.id === ROLE, denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  return { run, journal, allow };
}

test('who pauses and who resumes is recorded; a stranger cannot resume, nobody resumes what is not paused', async () => {
  const run = await startedRun(stage, smallEstate());
  const { run: journal } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  expect(await stage.offboard('resume', run, '--by', APPROVER)).toMatchObject({ code: 51 });
  expect(await stage.offboard('pause', run, '--by', 'passer-by')).toMatchObject({ code: 0 });
  expect(await stage.offboard('pause', run, '--by', APPROVER)).toMatchObject({ code: 51 });
  const refused = await stage.offboard('resume', run, '--by', 'passer-by');
  expect(refused).toMatchObject({ code: 33 });
  expect((await stage.view(run)).paused).toBe(true);
  expect(await stage.offboard('resume', run, '--by', STARTER)).toMatchObject({ code: 0 });
  expect((await stage.view(run)).paused).toBe(false);
  expect(decisionsOf(journal)).toEqual([
    { kind: 'pause', by: 'passer-by' },
    { kind: 'resume', by: STARTER },
  ]);
});

test('an amendment asked for beside a retry that settles everything does not disturb the phases after', async () => {
  const { run, allow } = await stuckRun();
  allow();
  await Promise.all([
    stage.offboard('retry', run, '--by', APPROVER, '--reason', 'allowed now'),
    stage.offboard('amend', run, '--by', STARTER, '--reason', 'look again'),
  ]);
  const next = await stage.until(run, (v) => v.gate !== undefined && v.gateOutcome === undefined);
  if (next.gate?.gate === 'plan') await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
});

test('a portal that is away refuses the person in time and loses nothing: ready again works', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.sandbox.stop();
  const away = await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  expect(away).toMatchObject({ code: 25 });
  await stage.sandbox.start();
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
}, 120_000);

test('a configuration that is there again before phase 4 can be deleted again by a retry', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  const { run: journal } = await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  const hold = holdReadingsOnceDeleted(journal);
  const deleting = deleteCollectors(stage, run);
  await hold.reached;
  await stage.sandbox.change((state) => {
    delete state.entries['portal-collector:collector-aws']?.deletedAt;
  });
  await deleting;
  hold.release();
  await stage.until(run, (v) => v.unresolved.some((o) => o.code === 'CameBack'));
  expect(await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'delete it again')).toMatchObject({ code: 0 });
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect(outcomesOf(stage, journal, COLLECTOR).map((o) => o.outcome)).toEqual(['removed', 'blocked', 'removed']);
});

test('a configuration edited after its code was sent is not deleted', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  const { run: journal } = await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  const code = await newMail(stage, MAILBOX, undefined);
  await stage.sandbox.change((state) => {
    const entry = state.entries['portal-collector:collector-aws'];
    if (entry) entry.object = { ...(entry.object as object), name: 'Somebody else’s now' };
  });
  const entered = await stage.offboardWith(`${code}\n`, 'otp', run, 'collector-aws', '--by', MAILBOX);
  expect(entered.code).toBe(45);
  expect(entered.err).toContain('changed since the plan was made');
  expect(outcomesOf(stage, journal, COLLECTOR)).toMatchObject([{ outcome: 'blocked', code: 'Drift' }]);
  expect((await stage.sandbox.client.report()).ours.left).toContain('portal-collector:collector-aws');
});

/** Holds the portal's readings after the deletion, so that the entry condition of phase 4 sees what happened meanwhile. */
function holdReadingsOnceDeleted(journal: string) {
  const cloud = stage.deps.clouds.portal;
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const kinds = (cloud.kinds as AnyKind[]).map((kind) => ({
    ...kind,
    async read(api: unknown, item: PlanItem) {
      if (outcomesOf(stage, journal, COLLECTOR).some((o) => o.outcome === 'removed')) {
        reached.resolve();
        await released.promise;
      }
      return await kind.read(api, item);
    },
  }));
  stage.deps.clouds.portal = { ...cloud, kinds };
  const release = () => {
    stage.deps.clouds.portal = cloud;
    released.resolve();
  };
  onTestFinished(release);
  return { reached: reached.promise, release };
}
