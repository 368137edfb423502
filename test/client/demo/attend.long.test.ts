import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { main } from '../../../client/cli.ts';
import { attend } from '../../../client/demo/attend.ts';
import { playedPeople } from '../../../client/demo/played.ts';
import type { offboarding } from '../../../workflows/offboarding.ts';
import { APPROVER, smallEstate } from '../../harness/estate.ts';
import { Stage } from '../../harness/stage.ts';
import { workerProcess } from '../../harness/worker-process.ts';
import { clearRun, expectNothingChanged, expectRefused, runAtPlan } from '../on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** Lines that tell of a run for which nobody answers, and a promise of the first one. */
function listening() {
  const lines: string[] = [];
  const first = Promise.withResolvers<void>();
  const hear = (line: string) => {
    if (!line.includes('does not answer just now')) return;
    lines.push(line);
    first.resolve();
  };
  return { lines, first: first.promise, hear };
}

test('whoever follows a run whose worker goes says so once, and goes on when there is one again', { timeout: 240_000 }, async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const people = playedPeople(stage.session, APPROVER, stage.sandbox.client, () => {});
  const { lines, first, hear } = listening();
  await stage.stopWorker();
  const attended = attend(stage.session.client.workflow.getHandle<typeof offboarding>(run), people, hear);
  await Promise.race([first, attended]);
  await stage.startWorker();
  expect((await attended).status).toBe('completed');
  expect(lines).toHaveLength(1);
});

test('watch does the same; a run that it cannot show at first is an error', { timeout: 240_000 }, async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  const { lines, first, hear } = listening();
  const shown = Promise.withResolvers<void>();
  const watched = main(['watch', run], {
    out: () => shown.resolve(),
    err: hear,
    env: stage.env,
    stdin: Readable.from(['']),
    interactive: false,
    program: 'offboard',
  });
  await shown.promise;
  await stage.stopWorker();
  await Promise.race([first, watched]);
  await stage.startWorker();
  const { gate } = await stage.view(run);
  await stage.offboard('reject', run, '--gate', 'plan', '--plan-hash', gate?.planHash ?? '', '--by', APPROVER, '--reason', 'no');
  expect(await watched).toBe(3);
  expect(lines).toHaveLength(1);
  expect(await stage.offboard('watch', 'offboarding-x')).toMatchObject({ code: 22 });
});

test('a worker that has just died does not take the message: said within half a minute, and nothing is decided', async () => {
  await stage.stopWorker();
  const worker = await workerProcess(stage);
  const { run, hash } = await runAtPlan(stage, smallEstate());
  process.kill(worker.pid, 'SIGKILL');
  const began = Date.now();
  const approval = ['--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  expectRefused(await stage.offboard('approve', run, ...approval), 'NoWorker', 'did not answer in time');
  expect(Date.now() - began).toBeLessThan(50_000);
  await stage.startWorker();
  expect((await stage.view(run)).gate?.gate).toBe('plan');
  await expectNothingChanged(stage);
});
