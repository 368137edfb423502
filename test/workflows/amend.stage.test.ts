import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, READER_ASSIGNMENT, smallEstate, type TestEstate } from '../harness/estate.ts';
import type { Plan } from '../../model/plan.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { beforeRemoving, denied, intentsOf, outcomesOf, recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;
const MEMBER = memberItem('contoso-collect');

/** A run that waits for a decision, since one account forbade a removal; it forbids nothing any more. */
async function waitingForDecision(estate: TestEstate = smallEstate()): Promise<{ run: string; journal: string }> {
  const run = await startedRun(stage, estate);
  const undo = beforeRemoving(stage, 'aws', (i) => i.id === MEMBER, denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  return { run, journal };
}

const amend = (run: string, ...options: string[]) => stage.offboard('amend', run, '--by', APPROVER, '--reason', 'looked at', ...options);

async function expectCompleted(run: string): Promise<void> {
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
}

test('an override that names nothing of the plan is refused; the run goes on waiting and loses nothing', async () => {
  const { run, journal } = await waitingForDecision();
  const before = await stage.view(run);
  const refused = await amend(run, '--override', 'aws-role:typo=a reason that is long enough');
  expect(refused).toMatchObject({ code: 13, err: expect.stringContaining('overrides: aws-role:typo is neither planned') as string });
  const after = await stage.view(run);
  expect([after.status, after.planHash, after.unresolved]).toEqual(['running', before.planHash, before.unresolved]);
  expect(after.awaiting).toHaveLength(1);
  expect((await recordsOf(stage, journal)).filter((r) => r.type === 'plan')).toHaveLength(1);
  expect(await amend(run)).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  await approveGate(stage, run, 'plan');
  await expectCompleted(run);
});

test('two overrides of one item are refused with both named; one of each of two is taken, and what was left in place stays although it was overridden', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('contoso-more'));
  const more = memberItem('contoso-more');
  estate.manifest.overrides = [{ item: more, reason: 'seen with its owner' }];
  const run = await startedRun(stage, estate);
  const undo = beforeRemoving(stage, 'aws', (i) => i.id === MEMBER || i.id === more, denied);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && [MEMBER, more].every((id) => v.unresolved.some((o) => o.item === id)));
  const override = (item: string) => ['--override', `${item}=a reason that is long enough`];
  const twice = await amend(run, ...override(MEMBER), ...override(MEMBER.toLowerCase()));
  expect(twice).toMatchObject({ code: 13, err: expect.stringContaining(`overrides: ${MEMBER.toLowerCase()} is named twice`) as string });
  expect(twice.err).toContain('(overrides.0.item; overrides.1.item)');

  expect(await stage.offboard('waive', run, more, '--leave', '--by', APPROVER, '--reason', 'its owner needs it')).toMatchObject({
    code: 0,
  });
  await stage.until(run, (v) => v.awaiting.length > 0 && !v.unresolved.some((o) => o.item === more));
  expect(await amend(run, ...override(more))).toMatchObject({
    code: 51,
    err: expect.stringContaining('decided to leave it in place') as string,
  });
  undo();
  expect(await amend(run, ...override(MEMBER), ...override(ASSIGNMENT))).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  const { plan } = JSON.parse((await stage.offboard('plan', run, '--json')).out) as { plan: Plan };
  expect(plan.items.find((i) => i.id === MEMBER)?.override).toBe('a reason that is long enough');
  expect(plan.untouched.find((u) => u.id === more)?.reason).toContain('its owner needs it');
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
});

test('what came back after its removal stands in the amended plan, and is removed once that is approved, not before', async () => {
  const { run, journal } = await waitingForDecision();
  expect(await outcomesOf(stage, journal, ASSIGNMENT)).toMatchObject([{ outcome: 'removed' }]);
  await stage.sandbox.change(({ entries }) => void delete entries[ASSIGNMENT]?.deletedAt);
  expect(await amend(run)).toMatchObject({ code: 0 });
  const { unknown } = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(unknown).toEqual([]);
  expect((await stage.offboard('plan', run)).out).toContain(READER_ASSIGNMENT);
  expect((await stage.sandbox.client.report()).ours.left).toContain(ASSIGNMENT);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expect((await outcomesOf(stage, journal, ASSIGNMENT)).map((o) => o.outcome)).toEqual(['removed', 'removed']);
  expect((await intentsOf(stage, journal)).filter((i) => i === ASSIGNMENT)).toHaveLength(2);
  await expectCompleted(run);
});

test('an approval that expired covers nothing: the same plan is asked about again by itself, and the approval of that opening covers it', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { approvalValid: '1500ms' };
  const run = await startedRun(stage, estate);
  const first = await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.offboard('pause', run, '--by', APPROVER);
  await approveGate(stage, run, 'plan');
  const expiries = (await recordsOf(stage, first.run)).flatMap((r) =>
    r.type === 'decision' && r.expiresAt ? [Date.parse(r.expiresAt)] : [],
  );
  expect(expiries).toHaveLength(1);
  await expect.poll(() => Date.now() > Math.max(...expiries), { timeout: 60_000 }).toBe(true);
  await stage.offboard('resume', run, '--by', APPROVER);
  const second = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(second.unresolved.find((o) => o.item === MEMBER)).toMatchObject({ outcome: 'blocked', code: 'ApprovalLapsed', gate: 'plan' });
  expect(await intentsOf(stage, first.run)).toEqual([]);
  expect(second.gate?.planHash).toBe(first.gate?.planHash);
  await approveGate(stage, run, 'plan');
  await expect.poll(async () => (await outcomesOf(stage, first.run, MEMBER)).at(-1)?.outcome, { timeout: 60_000 }).toBe('removed');
});
