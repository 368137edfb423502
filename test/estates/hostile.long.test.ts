import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { recordsOf } from '../../client/records/records.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { EstateObjectSchema } from '../../sandbox/objects.ts';
import { estateKeys } from '../../scripts/estate-keys.ts';
import { hostileEstate } from '../../scripts/hostile-estate/estate.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { expectNothingChanged } from '../client/on-stage.ts';
import { APPROVER, STARTER } from '../harness/estate.ts';
import { estateFile, expectedFindings } from '../harness/ours.ts';
import { startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const estate = estateFile('hostile.yaml');
estate.manifest.approvers = [STARTER, APPROVER];
const objects = estate.objects.map((o) => EstateObjectSchema.parse(o));
/** Policies under the operator's own names; a secret is certain, and freed by its override. */
const overridden = (estate.manifest.overrides ?? []).map((o) => o.item).filter((item) => item.startsWith('aws-policy:'));

const stage = new Stage();
beforeAll(() => stage.open(estate));
afterAll(() => stage.close());

const planOf = async (run: string): Promise<Plan> => (await recordsOf(new WorkersRecords(stage.session), run)).plan as Plan;

test('the estate is the one its script makes, and large enough to hide in', () => {
  const { manifest, objects: made } = hostileEstate();
  expect(estateFile('hostile.yaml')).toEqual({ manifest, objects: made });
  expect(made.filter((o) => !o.ours).length).toBeGreaterThanOrEqual(500);
  expect(made.filter((o) => o.ours).length).toBeGreaterThanOrEqual(60);
});

test('a discovery from the tenant id alone finds all and only what is ours, and says of two that only people can know', async () => {
  const { id } = estate.manifest.tenant;
  const out = join(stage.folder, 'found');
  const { code, err } = await stage.offboard('discover', '--tenant', id, '--out', out);
  expect({ code, err }).toMatchObject({ code: 0 });
  const { findings, unknown, scope } = JSON.parse(readFileSync(join(out, 'inventory.json'), 'utf8')) as Inventory;
  expect(unknown).toEqual([]);
  expect([scope.aws?.managementAccount, scope.gcp?.organization]).toEqual(['301000000003', '700100200300']);
  const ids = (confidence: string) => findings.filter((f) => f.confidence === confidence).map((f) => f.id);
  expect([...ids('certain'), ...overridden].toSorted()).toEqual(expectedFindings(estate));
  expect(ids('name-only').toSorted()).toEqual(overridden.toSorted());
  await expectNothingChanged(stage);
});

test('without an override nothing is planned that only a name speaks for, and nothing that is not ours', async () => {
  const { overrides: _, ...manifest } = estate.manifest;
  const run = await startedRun(stage, { ...estate, manifest }, '--dry-run');
  await stage.session.client.workflow.getHandle(run).result();
  const plan = await planOf(run);
  expect(plan.unknown).toEqual([]);
  expect(plan.items.map((i) => i.id).toSorted()).toEqual(expectedFindings(estate).filter((id) => !overridden.includes(id)));
  const left = plan.untouched.filter((u) => overridden.includes(u.id));
  expect(left.map((u) => u.reason)).toEqual(overridden.map(() => expect.stringContaining('matches by name only') as string));
});

test('a run among more than 500 strangers, with Defender on, takes all and only what is ours and not shared, and changes nothing else', async () => {
  const run = await startedRun(stage, estate);
  const handle = stage.session.client.workflow.getHandle<typeof offboarding>(run);
  const quietly = () => undefined;
  const result = await attend(handle, playedPeople(stage.session, APPROVER, stage.sandbox.client, quietly), quietly);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });

  const { plan, summary } = await recordsOf(new WorkersRecords(stage.session), run);
  const items = (plan as Plan).items;
  expect(items.map((i) => i.id).toSorted()).toEqual(expectedFindings(estate));
  const waived = new Set(summary.items.filter((i) => i.waived).map((i) => i.item));
  expect((await removedBy(stage, result.run)).toSorted()).toEqual(items.flatMap((i) => (waived.has(i.id) ? [] : [i.id])).toSorted());

  const { ours, untouched } = await stage.sandbox.client.report();
  expect(untouched.objects).toBeGreaterThanOrEqual(500);
  expect(untouched.changed).toEqual([]);
  const kept = items.filter((i) => waived.has(i.id)).flatMap((i) => estateKeys(i, objects));
  expect(ours.left.toSorted()).toEqual(kept.toSorted());
  const shared = items.filter((i) => i.guard?.code === 'SharedWithDefender' || i.guard?.code === 'Shared');
  expect(new Set(shared.map((i) => i.kind))).toEqual(
    new Set(['azure-role-assignment', 'aws-oidc-client-id', 'entra-oidc-application', 'entra-ciem-sign-in']),
  );
  expect(shared.every((i) => waived.has(i.id))).toBe(true);
}, 180_000);
