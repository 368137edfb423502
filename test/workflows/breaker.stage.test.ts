import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { EXIT_CODES } from '../../model/errors.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { APPROVER, CIEM_PRINCIPAL, SUBSCRIPTION, smallEstate, type TestEstate } from '../harness/estate.ts';
import { abandonRun } from '../harness/abandon.ts';
import { approveGate, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const SOMEBODY = randomUUID();

/** A subscription with 11 assignments of ours and so many of others, its resource groups' included. */
function estate(others: number): TestEstate {
  const small = smallEstate();
  const assignment = (ours: boolean, i: number) => ({
    kind: 'azure-role-assignment' as const,
    ours,
    name: randomUUID(),
    scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${ours ? 'ours' : 'others'}-${i}`,
    role: READER,
    principalId: ours ? CIEM_PRINCIPAL : SOMEBODY,
    principalType: ours ? ('ServicePrincipal' as const) : ('User' as const),
  });
  small.objects.push(...Array.from({ length: 10 }, (_, i) => assignment(true, i)));
  // One is in the small estate already.
  small.objects.push(...Array.from({ length: others - 1 }, (_, i) => assignment(false, i)));
  return small;
}

test('a plan that would take nearly all role assignments of a subscription is refused, with the count of all', async () => {
  const run = await startedRun(stage, estate(1));
  await expect(stage.session.client.workflow.getHandle(run).result()).rejects.toMatchObject({
    cause: {
      cause: {
        message: expect.stringContaining(
          `11 of 12 things of the kind azure-role-assignment in azure:/subscriptions/${SUBSCRIPTION} would go, and at most 90 percent`,
        ) as string,
      },
    },
  });
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([]);

  // Whoever looks, or follows it in the demonstration, reads why, and gets the documented exit code.
  const why = /failed: breakers\.maxPercent: 11 of 12 things of the kind azure-role-assignment/;
  expect((await stage.offboard('status', run)).out).toMatch(why);
  expect(await stage.offboard('watch', run)).toMatchObject({ code: EXIT_CODES.NotClean, out: expect.stringMatching(why) as string });
  const handle = stage.session.client.workflow.getHandle<typeof offboarding>(run);
  const nobody = playedPeople(stage.session, APPROVER, stage.sandbox.client, () => {});
  await expect(attend(handle, nobody, () => {})).rejects.toMatchObject({ code: 'NotClean', message: expect.stringMatching(why) as string });
});

test('one that leaves enough of others’ is not', async () => {
  const run = await startedRun(stage, estate(2));
  await stage.until(run, (v) => v.gate?.gate === 'plan');
});

test('an amended plan that would take nearly all is refused with that reason, and what was removed before stays told', async () => {
  const locked = estate(2);
  locked.objects.push({ kind: 'azure-lock', ours: false, scope: `/subscriptions/${SUBSCRIPTION}`, name: 'keep' });
  const run = await startedRun(stage, locked);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  await stage.sandbox.change(({ entries }) => {
    for (const [key, { object }] of Object.entries(entries) as [string, { object: { kind: string; principalId?: string } }][])
      if (object.kind === 'azure-role-assignment' && object.principalId === SOMEBODY) delete entries[key];
  });
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'others tidied up')).toMatchObject({ code: 0 });
  const ended = await stage.until(run, (v) => v.status !== 'running');
  expect(ended).toMatchObject({ status: 'failed', counts: [{ removed: 3, blocked: 11 }, {}, {}, {}] });
  const { out } = await stage.offboard('status', run);
  expect(out).toMatch(/failed: breakers\.maxPercent: 11 of 12 things of the kind azure-role-assignment .* raise the limit/);
  expect(out).toContain('Unresolved (11)');
  // Nothing is decided about a run that has ended.
  expect(out).not.toMatch(/waive --/);
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});
