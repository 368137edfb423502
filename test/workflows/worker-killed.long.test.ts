import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../client/demo/process.ts';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate, STARTER } from '../harness/estate.ts';
import { killAmid } from '../harness/kill.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf, recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { workerProcess } from '../harness/worker-process.ts';

const stage = new Stage();
let worker: Child | undefined;
beforeAll(async () => {
  await stage.open();
  await stage.stopWorker();
});
afterAll(async () => {
  await worker?.stop();
  await stage.close();
});
afterEach(() => abandonRun(stage));

const ROLES = Array.from({ length: 24 }, (_, i) => `collect-${i}`);

test(
  'a worker killed between an intent and its outcome leaves nothing done twice and takes no removal of ours for somebody else’s',
  { timeout: 600_000 },
  async () => {
    worker = await workerProcess(stage);
    const estate = smallEstate();
    // Nearly all roles of the account are ours, which a plan is not taken for right by default.
    estate.manifest.breakers = { maxPercent: 100 };
    estate.objects.push(...ROLES.map((name) => memberRole(name, { attached: ['arn:aws:iam::aws:policy/SecurityAudit'] })));
    const run = await startedRun(stage, estate);
    const { run: journal } = await approveGate(stage, run, 'plan');
    const { begun, open, done } = await killAmid(stage, worker, journal, ROLES.map(memberItem));
    expect(done.length).toBeLessThan(ROLES.length);
    await applyRemoval(begun);

    worker = await workerProcess(stage);
    await stage.until(run, (v) => v.gate?.gate === 'collectors', 120_000);
    await approveGate(stage, run, 'collectors');
    await deleteCollectors(stage, run);
    expect((await resultOf(stage, run)).status).toBe('completed');

    expect(await outcomesOf(stage, journal, begun)).toMatchObject([{ outcome: 'removed' }]);
    const removed = await removedBy(stage, journal);
    expect(new Set(removed).size).toBe(removed.length);
    expect(removed).toEqual(expect.arrayContaining([...ROLES.map(memberItem), ...done]));
    expect((await recordsOf(stage, journal)).filter((r) => r.type === 'outcome' && r.outcome.outcome !== 'removed')).toEqual([]);
    const again = (await intentsOf(stage, journal)).filter((item, i, all) => all.indexOf(item) !== i);
    for (const item of again) expect(open).toContain(item);
    expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
  },
);

test('a worker killed while it puts things in quarantine knows what it put there: all of it is lifted', { timeout: 600_000 }, async () => {
  await worker?.stop();
  worker = await workerProcess(stage);
  const estate = smallEstate();
  estate.manifest.breakers = { maxPercent: 100 };
  estate.manifest.mode = 'quarantine';
  estate.manifest.waits = { quarantine: '1h', watch: '1h' };
  estate.objects.push(...ROLES.map((name) => memberRole(name)));
  const run = await startedRun(stage, estate);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { done } = await killAmid(stage, worker, journal, ROLES.map(memberItem));
  expect(done.length).toBeLessThan(ROLES.length);

  worker = await workerProcess(stage);
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'), 120_000);
  const { ours } = await stage.sandbox.client.report();
  expect(ours.altered).toEqual(expect.arrayContaining(ROLES.map(memberItem)));
  expect(await stage.offboard('lift', run, '--by', STARTER, '--reason', 'a report broke')).toMatchObject({ code: 0 });
  expect(await resultOf(stage, run)).toMatchObject({ status: 'denied' });
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { altered: [] }, untouched: { changed: [] } });
  for (const role of ROLES) {
    // What was put and read back before the kill is read once more by the next try.
    const words = (await outcomesOf(stage, journal, memberItem(role))).map((o) => o.code ?? o.outcome);
    expect(words.at(-1)).toBe('Lifted');
    expect(new Set(words.slice(0, -1))).toEqual(new Set(['quarantined']));
  }
});

test(
  'a worker that is told to end ends between items: what it has begun has an outcome, and the next one begins with the rest',
  { timeout: 600_000 },
  async () => {
    await worker?.stop();
    worker = await workerProcess(stage);
    const estate = smallEstate();
    estate.manifest.breakers = { maxPercent: 100 };
    estate.objects.push(...ROLES.map((name) => memberRole(name, { attached: ['arn:aws:iam::aws:policy/SecurityAudit'] })));
    const run = await startedRun(stage, estate);
    const { run: journal } = await approveGate(stage, run, 'plan');
    const { begun, done } = await killAmid(stage, worker, journal, ROLES.map(memberItem), 'SIGTERM');
    await untilEnded(worker);
    const after = await removedBy(stage, journal);
    expect((await intentsOf(stage, journal)).toSorted()).toEqual(after.toSorted());
    expect(after).toContain(begun);
    // Three are removed at once, at most: those that were begun.
    expect(after.length).toBeLessThan(done.length + 10);
    worker = await workerProcess(stage);
    await stage.until(run, (v) => v.gate?.gate === 'collectors', 120_000);
    const all = await intentsOf(stage, journal);
    expect(all).toEqual(expect.arrayContaining(ROLES.map(memberItem)));
    expect(new Set(all).size).toBe(all.length);
  },
);

/** Until its process is there no more. */
async function untilEnded({ pid }: Child): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
}

/** Our own call as the cloud may have applied it while its answer was lost. */
async function applyRemoval(item: string): Promise<void> {
  await stage.sandbox.change(({ entries }) => {
    const entry = entries[item];
    if (!entry) throw new Error(`the sandbox knows no ${item}`);
    entry.deletedAt ??= new Date().toISOString();
  });
}
