import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate } from '../harness/estate.ts';
import { approveGate, startedRun } from '../harness/people.ts';
import { intentsOf, recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { DAYS } from '../../model/window.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const hhmm = (minutesFromNow: number) => new Date(Date.now() + minutesFromNow * 60_000).toISOString().slice(11, 16);
const window = (from: number, to: number) => ({ days: [...DAYS], from: hhmm(from), to: hhmm(to), zone: 'UTC' });

test('outside the change windows an approved run changes nothing and says until when it waits', async () => {
  const estate = smallEstate();
  estate.manifest.windows = [window(120, 180)];
  const run = await startedRun(stage, estate);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { awaiting } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'time'));
  const opens = new Date(awaiting[0]?.until ?? '');
  expect((opens.getTime() - Date.now()) / 60_000).toBeGreaterThan(118);
  expect((opens.getTime() - Date.now()) / 60_000).toBeLessThanOrEqual(120);
  expect((await stage.offboard('status', run)).out).toContain('the change window');
  expect(await intentsOf(stage, journal)).toEqual([]);
  expect(await stage.sandbox.client.report()).toMatchObject({ untouched: { changed: [] } });
  expect((await stage.sandbox.client.report()).ours.left.length).toBeGreaterThan(3);
});

test('what a person attests is recorded outside the change windows, too: it changes nothing', async () => {
  const estate = smallEstate();
  const { collectors } = estate.manifest;
  estate.manifest.collectors = collectors.map((c) => ({ ...c, driver: 'retired' as const }));
  // Nothing of the first two phases is there, which would wait for the window.
  const sooner = new Set(['aws-role', 'aws-oidc-client-id', 'azure-role-assignment', 'entra-application']);
  estate.objects = estate.objects.filter((o) => !(o.ours && sooner.has(o.kind)));
  estate.manifest.windows = [window(120, 180)];
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  const { run: journal } = await approveGate(stage, run, 'collectors');
  const [collector] = (await stage.until(run, (v) => v.collectors.length > 0)).collectors;
  const id = collector?.id ?? '';
  const attest = ['confirm', run, id, '--by', APPROVER, '--statement', 'the portal is retired'];
  expect(await stage.offboard(...attest)).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.stage === 'sign-in' && v.awaiting.some((a) => a.kind === 'time'));
  const records = await recordsOf(stage, journal);
  expect(records.filter((r) => r.type === 'decision' && r.decision.kind === 'attest')).toHaveLength(1);
  expect(records).toContainEqual(
    expect.objectContaining({
      type: 'outcome',
      outcome: expect.objectContaining({ item: `data-collector:${id}`, outcome: 'removed' }) as unknown,
    }),
  );
  expect(await intentsOf(stage, journal)).not.toContainEqual(expect.stringContaining('entra-ciem-sign-in:'));
});
