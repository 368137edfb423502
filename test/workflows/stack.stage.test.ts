import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER } from '../harness/estate.ts';
import { approveGate, finish, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf, recordsOf } from '../harness/removals.ts';
import { CLIENT_ID, MEMBER_ROLE, MEMBER_STACK, OIDC_ROLE, OIDC_STACK, stackEstate } from '../harness/stacks.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

test('what came from stacks goes with its stacks, in order, and the journal counts every resource as removed by the run', async () => {
  const run = await startedRun(stage, stackEstate());
  const result = await finish(stage, run);
  expect(result.status).toBe('completed');
  expect(result.phases[0]).toMatchObject({ phase: 'permissions', removed: 6, alreadyGone: 0 });
  const stacks = [`aws-cloudformation-stack:${MEMBER_STACK}`, `aws-cloudformation-stack:${OIDC_STACK}`];
  const outcomes = (await recordsOf(stage, result.run)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : []));
  const aws = outcomes.filter((id) => id.startsWith('aws-'));
  expect(aws).toEqual([stacks[0], MEMBER_ROLE, stacks[1], OIDC_ROLE, CLIENT_ID]);
  const report = await stage.sandbox.client.report();
  expect(report).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
});

test('a stack that cannot be deleted is explained; its resources and all that waits for them wait, and are not taken apart behind it', async () => {
  const run = await startedRun(stage, stackEstate({ deletionFails: 'Cannot delete entity, must detach all policies first.' }));
  const { run: journal } = await approveGate(stage, run, 'plan');
  const view = await stage.until(run, (v) => v.stage === 'permissions' && v.awaiting.length > 0);
  expect(view.unresolved).toContainEqual(
    expect.objectContaining({
      item: `aws-cloudformation-stack:${MEMBER_STACK}`,
      code: 'StackDeleteFailed',
      reason: expect.stringContaining('Cannot delete entity, must detach all policies first.') as unknown,
    }),
  );
  expect((await outcomesOf(stage, journal, MEMBER_ROLE)).map((o) => o.code)).toEqual(['Dependency']);
  expect(await intentsOf(stage, journal)).not.toContain(`aws-cloudformation-stack:${OIDC_STACK}`);
  // Leaving the stack in place leaves its role in place, too.
  const waive = [
    'waive',
    run,
    '--by',
    APPROVER,
    '--reason',
    'its owner will delete it',
    '--items',
    `aws-cloudformation-stack:${MEMBER_STACK}`,
  ];
  expect(await stage.offboard(...waive)).toMatchObject({ code: 0 });
  await expect.poll(async () => (await outcomesOf(stage, journal, MEMBER_ROLE)).map((o) => o.code)).toContain('OwnedByStack');
  expect((await stage.sandbox.client.report()).ours.left).toContain(MEMBER_ROLE);
});
