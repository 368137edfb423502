import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ROLE_ARN, OIDC_ROLE_ARN, READER_ASSIGNMENT, smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf, recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const MEMBER = `aws-role:${MEMBER_ROLE_ARN}`;
const OIDC = `aws-role:${OIDC_ROLE_ARN}`;
const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;

function quarantined(waits: { quarantine: string; watch: string }): TestEstate {
  const estate = smallEstate();
  estate.manifest.mode = 'quarantine';
  estate.manifest.waits = waits;
  return estate;
}

/** Starts a run, approves its plan, and waits until its quarantine is watched. */
async function watched(estate: TestEstate): Promise<{ run: string; journal: string }> {
  const run = await startedRun(stage, estate);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'quarantine'));
  return { run, journal };
}

/** Roles are used, as IAM would tell. */
async function use(...names: string[]): Promise<void> {
  await stage.sandbox.change(({ entries }) => {
    const lastUsed = new Date().toISOString();
    for (const { object } of Object.values(entries))
      if (names.includes((object as { name?: string }).name ?? '')) Object.assign(object as object, { lastUsed });
  });
}

test('what can be is denied first and watched; only then is it removed, by the same approval', async () => {
  const estate = quarantined({ quarantine: '6s', watch: '1s' });
  estate.objects.push(memberRole('contoso-more'));
  const { run, journal } = await watched(estate);
  const plan = await stage.offboard('plan', run);
  expect(plan.out).toMatch(/mode: quarantine: 3 of \d+ things are denied or disabled first and watched for 0 hours/);
  const { ours, untouched } = await stage.sandbox.client.report();
  expect(ours.left).toHaveLength(ours.objects);
  expect(ours.altered.toSorted()).toEqual([MEMBER, OIDC, memberItem('contoso-more')].toSorted());
  expect(untouched.changed).toEqual([]);
  const status = await stage.offboard('status', run);
  expect(status.out).toMatch(/quarantined/);
  expect(status.out).toContain(`offboard lift ${run} --by NAME --reason TEXT`);
  // What another needs is denied after it.
  expect(intentsOf(stage, journal).indexOf(OIDC)).toBeGreaterThan(intentsOf(stage, journal).indexOf(MEMBER));
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(outcomesOf(stage, journal, MEMBER).map((o) => o.outcome)).toEqual(['quarantined', 'removed']);
  expect(outcomesOf(stage, journal, ASSIGNMENT).map((o) => o.outcome)).toEqual(['removed']);
  expect(recordsOf(stage, journal).filter((r) => r.type === 'watched')).toEqual([{ type: 'watched', items: 3, unseen: [] }]);
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
});

test('one command gives all of it back as it was, and the run ends; a stranger cannot', async () => {
  const { run, journal } = await watched(quarantined({ quarantine: '1h', watch: '1s' }));
  expect(await stage.offboard('lift', run, '--by', 'mallory', '--reason', 'mine')).toMatchObject({ code: 33 });
  expect((await stage.sandbox.client.report()).ours.altered).toHaveLength(2);
  const lifted = await stage.offboard('lift', run, '--by', STARTER, '--reason', 'a nightly report broke');
  expect(lifted).toMatchObject({ code: 0, out: expect.stringMatching(/^Lifted 2: /) as string });
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'denied', reason: expect.stringContaining(`lifted by ${STARTER}`) as string });
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { altered: [] }, untouched: { changed: [] } });
  expect(removedBy(stage, journal)).toEqual([]);
  const report = (await stage.offboard('report', run)).out;
  expect(report).toMatch(/lift the quarantine/);
  expect(report).toContain(`${MEMBER}\n       lifted by ${STARTER}: a nightly report broke`);
  expect(report).toMatch(/^ {7}not begun$/m);
});

test('what is lifted by name stays with all it needs, and the rest is removed', async () => {
  const estate = quarantined({ quarantine: '6s', watch: '1s' });
  estate.objects.push(memberRole('contoso-more'));
  const { run, journal } = await watched(estate);
  expect(await stage.offboard('lift', run, '--items', 'aws-role:nobody', '--by', APPROVER, '--reason', 'typo')).toMatchObject({ code: 35 });
  const { code, out } = await stage.offboard('lift', run, '--items', MEMBER, '--by', APPROVER, '--reason', 'still read', '--json');
  expect(code).toBe(0);
  expect((JSON.parse(out) as { lifted: string[] }).lifted.toSorted()).toEqual([MEMBER, OIDC].toSorted());
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([memberItem('contoso-more')]);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  const { ours } = await stage.sandbox.client.report();
  expect(ours.left.filter((key) => key.startsWith('aws-role'))).toEqual([OIDC, MEMBER]);
  expect(removedBy(stage, journal)).toEqual(expect.arrayContaining([memberItem('contoso-more'), ASSIGNMENT]));
  // What the lifted roles need is left, wherever it is: the provider, and the application whose tokens it takes.
  expect(ours.left.some((key) => key.startsWith('aws-oidc-client-id'))).toBe(true);
  expect(ours.left.some((key) => key.startsWith('entra-application'))).toBe(true);
});

test('what was used meanwhile waits for an approver, who leaves it in place or has it removed all the same', async () => {
  const estate = quarantined({ quarantine: '8s', watch: '1s' });
  estate.objects.push(memberRole('still-needed'), memberRole('a-straggler'));
  const { run, journal } = await watched(estate);
  await use('still-needed', 'a-straggler');
  const { unresolved } = await stage.until(run, (v) => v.unresolved.length === 2);
  expect(unresolved[0]).toMatchObject({ outcome: 'blocked', code: 'UsedInQuarantine' });
  expect(unresolved[0]?.reason).toMatch(/in quarantine, and last used \d{4}-/);
  const asked = ['--by', APPROVER, '--reason', 'asked its owner'];
  expect(await stage.offboard('waive', run, '--items', memberItem('still-needed'), ...asked)).toMatchObject({ code: 0 });
  // What is merely in quarantine waits for nobody: the rest is this one.
  expect(await stage.offboard('retry', run, ...asked)).toMatchObject({ code: 0, out: `Tried again: ${memberItem('a-straggler')}\n` });
  await stage.until(run, (v) => v.stage !== 'permissions');
  await approveGate(stage, run, 'collectors');
  // Left in place is as it was: usable.
  expect((await stage.sandbox.client.report()).ours.altered).not.toContain(memberItem('still-needed'));
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
  expect(removedBy(stage, journal)).toContain(memberItem('a-straggler'));
  expect(outcomesOf(stage, journal, memberItem('still-needed')).at(-1)).toMatchObject({ outcome: 'blocked', code: 'Lifted' });
});

test('an amended plan holds what was there before the quarantine, and goes on with it', async () => {
  const estate = quarantined({ quarantine: '3s', watch: '1s' });
  estate.objects.push(memberRole('still-needed'));
  const { run, journal } = await watched(estate);
  await use('still-needed');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'look again')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  const { plan } = JSON.parse((await stage.offboard('plan', run, '--json')).out) as {
    plan: { items: { id: string; snapshot: unknown; guard?: { code: string } }[] };
  };
  const item = plan.items.find((i) => i.id === MEMBER);
  expect(JSON.stringify(item?.snapshot)).not.toContain('Deny');
  expect(plan.items.find((i) => i.id === memberItem('still-needed'))?.guard).toMatchObject({ code: 'RecentlyUsed' });
  const over = await stage.offboard('reject', run, '--gate', 'plan', ...(await hashOf(run)), '--by', APPROVER, '--reason', 'used');
  expect(over).toMatchObject({ code: 0 });
  expect(await resultOf(stage, run)).toMatchObject({ status: 'denied' });
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([]);
  expect(removedBy(stage, journal)).toEqual([]);
});

test('what a terminated run left in quarantine stops the next run, until a restore gave it back', async () => {
  const estate = quarantined({ quarantine: '1h', watch: '1h' });
  const { run, journal } = await watched(estate);
  await abandonRun(stage);
  expect((await stage.sandbox.client.report()).ours.altered).toHaveLength(2);
  const again = await stage.offboard('start', stage.writeManifest(estate.manifest), '--by', STARTER, '--json');
  expect(again.code).toBe(0);
  expect(await resultOf(stage, run)).toMatchObject({
    status: 'refused',
    reason: expect.stringContaining(`${journal} left 2 things in quarantine`) as string,
    next: [{ command: 'restore', args: [journal, '--by', 'NAME'] }],
  });
  const restore = await stage.offboard('restore', journal, '--by', STARTER, '--json');
  expect(restore).toMatchObject({ code: 0 });
  const { workflowId } = JSON.parse(restore.out) as { workflowId: string };
  const { planHash = '' } = await stage.until(workflowId, (v) => v.gate?.gate === 'restore');
  const gate = ['--gate', 'restore', '--plan-hash', planHash, '--by', APPROVER, '--reason', 'it was terminated'];
  expect(await stage.offboard('approve', workflowId, ...gate)).toMatchObject({ code: 0 });
  expect(await resultOf(stage, workflowId)).toMatchObject({ status: 'completed' });
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([]);
  const third = await stage.offboard('start', stage.writeManifest(estate.manifest), '--by', STARTER, '--json');
  expect(third.code).toBe(0);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
});

async function hashOf(run: string): Promise<string[]> {
  const { planHash = '' } = await stage.view(run);
  return ['--plan-hash', planHash];
}
