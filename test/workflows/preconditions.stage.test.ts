import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../activities/aws/cloud.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MAILBOX, smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { finish, resultOf, startedRun } from '../harness/people.ts';
import { recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const without = (estate: TestEstate, ...ids: string[]): TestEstate => ({
  ...estate,
  objects: estate.objects.filter((o) => !('id' in o) || !ids.includes(String(o.id))),
});

test('all that is missing is told at once; nothing is changed and the run ends as refused', async () => {
  const estate = without(smallEstate(), 'assignment-caa', 'assignment-pma');
  estate.manifest.approvers = ['somebody-else'];
  const run = await startedRun(stage, estate);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'refused', leftovers: null });
  expect(result.reason).toMatch(/approvers: none of the manifest's approvers is among those of the worker's policy/);
  expect(result.reason).toMatch(/entra: the worker's principal \S+ is not a Cloud Application Administrator/);
  expect(result.reason).toContain(`collectors: ${MAILBOX} is not a Permissions Management Administrator`);
  const records = await recordsOf(stage, result.run);
  expect(records.map((r) => r.type)).toEqual(['run-started', 'policy', 'preconditions', 'run-ended']);
  expect(records[2]).toMatchObject({ failures: Array.from({ length: 3 }, () => ({ reason: expect.any(String) as string })) });
  const report = await stage.sandbox.client.report();
  expect(report.ours.left).toHaveLength(report.ours.objects);
  expect(report.untouched.changed).toEqual([]);
  expect((await stage.offboard('watch', run)).code).toBe(3);
});

test('nobody but the starter who could approve is a refusal, not a gate that can never open', async () => {
  const estate = smallEstate();
  estate.manifest.approvers = [STARTER];
  const result = await resultOf(stage, await startedRun(stage, estate));
  expect(result).toMatchObject({ status: 'refused', reason: expect.stringContaining('name a second person') as string });
});

test('a cloud in which no system answers is told among the failures', async () => {
  const estate = without(smallEstate(), 'assignment-caa');
  for (const object of estate.objects) if (object.kind === 'aws-account') Object.assign(object, { state: 'suspended' });
  // A worker that has a session in the accounts from an earlier run would still be answered.
  stage.deps.clouds.aws = awsCloud();
  const result = await resultOf(stage, await startedRun(stage, estate));
  expect(result.status).toBe('refused');
  expect(result.reason).toMatch(/aws: no system answers with the worker's credentials \(aws:\d{12}: AccessDenied/);
  expect(result.reason).toMatch(/is not a Cloud Application Administrator/);
});

test('a successor is named, or a reason is given why there is none', async () => {
  const { successor: _, ...rest } = smallEstate().manifest as Record<string, unknown>;
  const file = stage.writeManifest(rest);
  expect(await stage.offboard('start', file, '--by', STARTER)).toMatchObject({ code: 16 });
  const estate = smallEstate();
  estate.manifest.successor = { none: 'the clouds are being closed', attestedBy: APPROVER };
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
});

test('administrators that the manifest attests are accepted where the directory does not name them', async () => {
  const estate = without(smallEstate(), 'assignment-pma');
  estate.manifest.administrators = [MAILBOX];
  const run = await startedRun(stage, estate);
  expect((await finish(stage, run)).status).toBe('completed');
});
