import { afterAll, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { CIEM_PRINCIPAL, READER_ASSIGNMENT, smallEstate, type TestEstate } from '../harness/estate.ts';
import { finish, planOf, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(async () => {
  await stage.open();
  // The worker signs in as the very principal that the run looks for; what it is told of itself is what its token says.
  await stage.sandbox.change(({ credentials }) => Object.assign(credentials['entra-client'] as object, { clientId: CIEM_APP }));
});
afterAll(() => stage.close());

const CIEM_APP = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';
const OWN = [`azure-role-assignment:${READER_ASSIGNMENT}`, `entra-ciem-sign-in:${CIEM_PRINCIPAL}`];

/** The CIEM principal holds the directory role that the worker needs. */
function estate(): TestEstate {
  const small = smallEstate();
  for (const o of small.objects)
    if (o.kind === 'entra-role-assignment' && 'id' in o && o.id === 'assignment-caa') Object.assign(o, { principalId: CIEM_PRINCIPAL });
  return small;
}

test('a worker that signs in as the CIEM principal itself leaves that and its assignments in place, and no override changes it', async () => {
  const run = await startedRun(stage, estate());
  const { items, untouched } = await planOf(stage, run);
  expect(items.filter((i) => OWN.includes(i.id))).toEqual([]);
  for (const id of OWN) expect(untouched.find((u) => u.id === id)?.reason).toMatch(/^this worker runs under/);
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'leftovers', leftovers: OWN });
  expect((await intentsOf(stage, result.run)).filter((id) => OWN.includes(id))).toEqual([]);
  expect(await intentsOf(stage, result.run)).toContainEqual(expect.stringMatching('^aws-role:'));
  expect((await stage.sandbox.client.report()).ours.left).toContain(OWN[0]);
  await abandonRun(stage);
  const overriding = estate();
  overriding.manifest.overrides = [{ item: OWN[0] ?? '', reason: 'it must go' }];
  const again = await startedRun(stage, overriding);
  const refused = stage.session.client.workflow.getHandle(again).result();
  await expect(refused).rejects.toMatchObject({
    cause: { cause: { message: expect.stringContaining('is not among what was found') as string } },
  });
});
