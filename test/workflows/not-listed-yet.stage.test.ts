import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AzureApi } from '../../activities/azure/wire/clients.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { CIEM_PRINCIPAL, OIDC_ROLE_ARN, READER_ASSIGNMENT, smallEstate, SUBSCRIPTION } from '../harness/estate.ts';
import { memberItem } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, resultOf, startedRun } from '../harness/people.ts';
import { outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

/** Lists do not show for a while what was made. */
const NOT_YET_MS = 5_000;
const stage = new Stage({ linger: `new-list=${NOT_YET_MS}` });
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('what is there just as planned, and its lists do not show yet, is removed without asking anybody', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { settle: `${NOT_YET_MS + 500}ms` };
  const run = await startedRun(stage, estate);
  const { run: journal } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  const context = { manifest: ManifestSchema.parse(estate.manifest) };
  const azure = (await stage.deps.clouds.azure.connect(`azure:/subscriptions/${SUBSCRIPTION}`, context)) as AzureApi;
  const assignment = await azure.getAssignment(READER_ASSIGNMENT);
  if (!assignment) throw new Error('the estate has no such assignment');
  // Its owner takes it away and gives it again.
  await azure.deleteAssignment(READER_ASSIGNMENT);
  await azure.putAssignment(assignment);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await outcomesOf(stage, journal, `azure-role-assignment:${READER_ASSIGNMENT}`)).toMatchObject([{ outcome: 'removed' }]);
});

test('what lists do not show yet of what proves a thing ours, holds it no longer than they take to', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { settle: `${NOT_YET_MS + 500}ms` };
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.sandbox.change(({ entries }) => {
    for (const key of [`aws-role:${OIDC_ROLE_ARN}`, `entra-service-principal:${CIEM_PRINCIPAL}`]) {
      const entry = entries[key];
      if (!entry) throw new Error(`no ${key}, but ${Object.keys(entries).join(', ')}`);
      entry.madeAt = new Date().toISOString();
    }
  });
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors' || v.unresolved.length > 0);
  expect((await stage.view(run)).unresolved).toEqual([]);
  for (const item of [memberItem('contoso-collect'), `azure-role-assignment:${READER_ASSIGNMENT}`])
    expect(await outcomesOf(stage, journal, item)).toMatchObject([{ outcome: 'removed' }]);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
});
