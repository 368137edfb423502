import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { memberItem } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

function estate(soak: string, ...pilot: string[]): TestEstate {
  const small = smallEstate();
  small.manifest.waves = { pilot, soak };
  return small;
}

test('the pilot goes first, soaks, and nothing else goes before a person says so', async () => {
  const run = await startedRun(stage, estate('1500ms', `aws:${MEMBER_ACCOUNT}`, `aws:${OIDC_ACCOUNT}`));
  const { run: journal } = await approveGate(stage, run, 'plan');
  const soaking = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'time'));
  expect(soaking.unresolved).toEqual([]);
  const pilot = await intentsOf(stage, journal);
  expect(pilot).toContain(memberItem('contoso-collect'));
  // AWS is the pilot: what is in Azure stays for now.
  expect(pilot.filter((i) => i.startsWith('azure'))).toEqual([]);
  expect(pilot.filter((i) => i.startsWith('aws')).length).toBe(3);
  const waiting = await stage.until(run, (v) => v.gate?.gate === 'wave');
  expect(await intentsOf(stage, journal)).toEqual(pilot);
  const hash = waiting.planHash ?? '';
  const own = await stage.offboard('approve', run, '--gate', 'wave', '--plan-hash', hash, '--by', STARTER, '--reason', 'mine');
  expect(own.code).toBe(31);
  const go = await stage.offboard('approve', run, '--gate', 'wave', '--plan-hash', hash, '--by', APPROVER, '--reason', 'nothing broke');
  expect(go.code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await removedBy(stage, journal)).some((i) => i.startsWith('azure'))).toBe(true);
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
});

test('a pilot that is no system of the manifest is refused, rather than everything going at once', async () => {
  const run = await startedRun(stage, estate('1s', 'aws:000011112222'));
  const error: unknown = await resultOf(stage, run).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Error);
  const summary = JSON.parse((await stage.offboard('report', run, '--json')).out) as { status: string; reason: string };
  expect(summary).toMatchObject({ status: 'failed', reason: expect.stringContaining('waves.pilot: aws:000011112222') as string });
  expect(await stage.sandbox.client.report()).toMatchObject({ untouched: { changed: [] } });
});
