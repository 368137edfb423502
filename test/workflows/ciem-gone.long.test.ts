import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { CIEM_PRINCIPAL, READER_ASSIGNMENT, smallEstate, type TestEstate } from '../harness/estate.ts';
import { finish, planOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ITEM = `azure-role-assignment:${READER_ASSIGNMENT}`;

/** Somebody deleted the CIEM principal before its assignments. */
function estate(formerPrincipals?: string[]): TestEstate {
  const small = smallEstate();
  small.objects = small.objects.filter((o) => !(o.kind === 'entra-service-principal' && o.id === CIEM_PRINCIPAL));
  if (formerPrincipals) small.manifest.entra = { ...(small.manifest.entra as object), formerPrincipals };
  return small;
}

test('by its former object id the assignments of a deleted principal are found and go, and nothing is held for want of knowing', async () => {
  const run = await startedRun(stage, estate([CIEM_PRINCIPAL.toUpperCase()]));
  const plan = await planOf(stage, run);
  expect(plan.unknown).toEqual([]);
  expect(plan.items.find((i) => i.id === ITEM)?.why).toEqual([
    `its principal ${CIEM_PRINCIPAL} was the CIEM service principal of this tenant, and is deleted`,
  ]);
  expect(plan.items.filter((i) => i.guard)).toEqual([]);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('without it they make one counted line, and neither scopes nor applications are held', async () => {
  const run = await startedRun(stage, estate());
  const plan = await planOf(stage, run);
  expect(plan.unknown).toEqual([]);
  expect(plan.items.map((i) => i.id)).not.toContain(ITEM);
  expect(plan.items.filter((i) => i.kind === 'entra-oidc-application' && i.guard)).toEqual([]);
  expect(plan.warnings.filter((w) => w.includes('entra.formerPrincipals'))).toEqual([
    expect.stringMatching(
      /^1 role assignment at 1 scope of Azure, such as .*, are of principals that nobody in the directory has/,
    ) as unknown,
  ]);
  // Nor does the end of the run pass over it.
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [], maybeOurs: { count: 1, worst: null, orphans: 1 } });
  const told = '1 role assignment in Azure of principals that nobody knows';
  expect((await stage.offboard('report', run)).out).toContain(told);
  expect(readFileSync(join(result.evidence, 'index.html'), 'utf8')).toContain(told);
});

test('an id that somebody else has makes nothing ours', async () => {
  const other = smallEstate().objects.find((o) => o.kind === 'entra-service-principal' && o.id !== CIEM_PRINCIPAL) as { id: string };
  const plan = await planOf(stage, await startedRun(stage, estate([other.id])));
  expect(plan.items.filter((i) => i.kind === 'azure-role-assignment')).toEqual([]);
  expect(plan.warnings).toContain(`${other.id} of entra.formerPrincipals is somebody else's: nothing of it is taken for ours`);
});
