import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultEstate } from '../harness/default-estate.ts';
import { STARTER } from '../harness/estate.ts';
import { approveGate, resultOf, startedRun } from '../harness/people.ts';
import { exactly, notInTables } from '../harness/permissions.ts';
import { recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
const estate = defaultEstate();
estate.manifest.mode = 'quarantine';
estate.manifest.waits = { quarantine: '1h', watch: '1h' };
beforeAll(() => stage.open(estate));
afterAll(async () => {
  await stage.sandbox.client.permit({});
  await stage.close();
});

test('a whole estate is put in quarantine in AWS and Google Cloud, and one command makes all of it as it was, and the run ends; a stranger cannot', async () => {
  await stage.sandbox.client.permit(exactly('discover', 'quarantine'));
  const run = await startedRun(stage, estate);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  const { ours, untouched } = await stage.sandbox.client.report();
  const kinds = new Set(ours.altered.map((key) => key.slice(0, key.indexOf(':'))));
  expect(kinds).toEqual(new Set(['aws-role', 'gcp-service-account', 'gcp-pool', 'gcp-provider']));
  expect(ours.left).toHaveLength(ours.objects);
  expect(untouched.changed).toEqual([]);
  expect((await recordsOf(stage, journal)).filter((r) => r.type === 'intent' && !r.quarantine)).toEqual([]);
  expect((await stage.offboard('status', run)).out).toContain(`offboard lift ${run} --by NAME --reason TEXT`);
  expect(await stage.offboard('lift', run, '--by', 'mallory', '--reason', 'mine')).toMatchObject({ code: 33 });
  expect((await stage.sandbox.client.report()).ours.altered).toHaveLength(ours.altered.length);
  const lifted = await stage.offboard('lift', run, '--by', STARTER, '--reason', 'the dashboards went dark');
  expect([lifted.code, lifted.out]).toEqual([0, expect.stringContaining(`Lifted ${ours.altered.length}: `)]);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'denied', reason: expect.stringContaining(`lifted by ${STARTER}`) as string });
  const report = (await stage.offboard('report', run)).out;
  expect(report).toMatch(/lift the quarantine/);
  expect(report).toContain(`\n       lifted by ${STARTER}: the dashboards went dark`);
  expect(report).toMatch(/^ {7}not begun$/m);
  expect(await removedBy(stage, journal)).toEqual([]);
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { altered: [] }, untouched: { changed: [] } });
  expect(notInTables(await stage.sandbox.client.needed(), ['discover', 'quarantine'])).toEqual([]);
});
