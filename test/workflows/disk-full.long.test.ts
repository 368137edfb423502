import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../client/demo/process.ts';
import { awaited } from '../../model/waiting.ts';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { workerProcess } from '../harness/worker-process.ts';

/**
 * A full disk takes a file system that somebody mounts, which not everybody may. So the kernel lets the worker's files grow no more (RLIMIT_FSIZE): its writes fail as
 * they do when a quota is reached, those of its log, too.
 */

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
const ITEMS = ROLES.map(memberItem);

/** Lets the files of a process grow up to so many bytes. */
function letFilesGrow(pid: number, most: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${most}:unlimited`]);
}

test(
  'records that cannot grow any more stop a run before the next removal, which says so, and goes on by itself once they can',
  { timeout: 600_000 },
  async () => {
    worker = await workerProcess(stage);
    const estate = smallEstate();
    // Nearly all roles of the account are ours, which a plan is not taken for right by default.
    estate.manifest.breakers = { maxPercent: 100 };
    estate.objects.push(...ROLES.map((name) => memberRole(name, { attached: ['arn:aws:iam::aws:policy/SecurityAudit'] })));
    const run = await startedRun(stage, estate);
    const { run: journal } = await approveGate(stage, run, 'plan');
    while ((await removedBy(stage, journal)).length < 3) await sleep(10);
    letFilesGrow(worker.pid, 1);

    const view = await stage.until(run, (v) => awaited(v.awaiting, 'worker').length > 0, 120_000);
    expect(view).toMatchObject({ status: 'running', stage: 'permissions' });
    const told = await stage.offboard('status', run);
    expect(told.out).toContain(`the records in ${stage.home.records} cannot be written: the file may grow no more`);
    expect(told.out).toContain('raise the quota or the limit');

    const begun = await intentsOf(stage, journal);
    const left = async () => (await stage.sandbox.client.report()).ours.left.filter((id) => ITEMS.includes(id));
    const there = await left();
    expect(there.length).toBeGreaterThan(0);
    await sleep(5_000);
    expect([await intentsOf(stage, journal), await left()]).toEqual([begun, there]);
    // Whatever went has its record.
    for (const item of ITEMS.filter((i) => !there.includes(i))) expect(begun).toContain(item);

    letFilesGrow(worker.pid, 'unlimited');
    await approveGate(stage, run, 'collectors');
    await deleteCollectors(stage, run);
    expect((await resultOf(stage, run)).status).toBe('completed');
    const removed = await removedBy(stage, journal);
    expect(new Set(removed).size).toBe(removed.length);
    expect(removed).toEqual(expect.arrayContaining(ITEMS));
    expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
  },
);
