import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ArtifactStore } from '../../../activities/records/artifacts.ts';
import { recordsIn } from '../../../activities/records/open.ts';
import { SqliteStore } from '../../../activities/records/sqlite/store.ts';
import { currentPlan, demandPlan, earlierRun, lastPlanned, readEarly } from '../../../activities/records/plans.ts';
import type { Journal } from '../../../activities/records/journal.ts';
import { buildPlan, planHash } from '../../../model/plan.ts';
import { runName, workflowIdOf, type RunSort } from '../../../model/run-name.ts';
import { RING } from './contract.ts';
import { finding, planInput, planOf } from '../../model/findings.ts';

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const OTHER = '00000000-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const plan = buildPlan(planInput([finding('a')]));

let folder: string;
let journal: Journal;
let artifacts: ArtifactStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-records-'));
  ({ journal, artifacts } = recordsIn(new SqliteStore(join(folder, 'records.sqlite'), RING, { create: true }), RING));
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

/** A run with a journal, and with a plan unless told otherwise. */
async function ran(
  id: string,
  { sort = 'offboarding', tenant = TENANT, planned = true }: { sort?: RunSort; tenant?: string; planned?: boolean } = {},
) {
  const run = runName(workflowIdOf(sort, tenant), id);
  await journal.append(run, { type: 'preconditions', failures: [] });
  if (planned) await journal.append(run, { type: 'plan', planHash: planHash(plan), artifact: await artifacts.put(run, plan), items: 1 });
  return run;
}

test('the run before is the newest of the same tenant that came as far as a plan; a dry run, a restore and another tenant are none', async () => {
  await ran('1');
  const before = await ran('2');
  await ran('3', { planned: false });
  await ran('4', { sort: 'offboarding-dry-run' });
  await ran('5', { sort: 'restore' });
  await ran('6', { tenant: OTHER });
  expect(await earlierRun(journal, runName(workflowIdOf('offboarding', TENANT), '7'))).toBe(before);
  expect(await earlierRun(journal, runName(workflowIdOf('offboarding-dry-run', TENANT), '7'))).toBe(before);
  expect(await lastPlanned(journal, workflowIdOf('offboarding', TENANT))).toBe(before);
  expect(await earlierRun(journal, before)).toBe(runName(workflowIdOf('offboarding', TENANT), '1'));
});

test('the current plan is the one that the journal recorded last; whoever names another is not authorised', async () => {
  const ledger = await journal.ledger(await ran('1'));
  expect(await currentPlan({ artifacts }, ledger)).toEqual(plan);
  expect(await demandPlan({ artifacts }, 'r', ledger, planHash(plan))).toEqual(plan);
  const refused = { type: 'NotAuthorized', nonRetryable: true };
  await expect(demandPlan({ artifacts }, 'r', ledger, '0'.repeat(64))).rejects.toMatchObject(refused);
  const none = await journal.ledger(await ran('2', { planned: false }));
  expect(await currentPlan({ artifacts }, none)).toBeUndefined();
  await expect(demandPlan({ artifacts }, 'r', none, '')).rejects.toMatchObject(refused);
});

test('another plan stored in place of the current one is a fault', async () => {
  const ledger = await journal.ledger(await ran('1'));
  const another = { ...ledger, planArtifact: await artifacts.put('r', planOf([finding('b')])) };
  await expect(currentPlan({ artifacts }, another)).rejects.toMatchObject({ type: 'Fault' });
});

test('a plan that was read early is read and checked once: whoever needs it then asks the records for nothing', async () => {
  const ledger = await journal.ledger(await ran('1'));
  const asked = vi.spyOn(journal.store, 'artifact');
  readEarly({ artifacts }, ledger);
  expect(await demandPlan({ artifacts }, 'r', ledger, planHash(plan))).toEqual(plan);
  expect(await demandPlan({ artifacts }, 'r', ledger, planHash(plan))).toEqual(plan);
  expect(asked).toHaveBeenCalledOnce();
});

test('a plan that cannot be read early is refused where it is needed, and nowhere before', async () => {
  const ledger = await journal.ledger(await ran('1'));
  vi.spyOn(journal.store, 'artifact').mockResolvedValueOnce(undefined);
  readEarly({ artifacts }, ledger);
  await expect(demandPlan({ artifacts }, 'r', ledger, planHash(plan))).rejects.toMatchObject({ name: 'RecordsDamaged' });
  expect(await demandPlan({ artifacts }, 'r', ledger, planHash(plan))).toEqual(plan);
});
