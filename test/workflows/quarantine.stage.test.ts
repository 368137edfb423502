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
  const estate = quarantined({ quarantine: '6s', watch: '500ms' });
  for (const name of ['contoso-more', 'still-needed', 'a-straggler']) estate.objects.push(memberRole(name));
  const { run, journal } = await watched(estate);
  // What is lifted by name stays with all it needs.
  expect(await stage.offboard('lift', run, '--items', 'aws-role:nobody', '--by', APPROVER, '--reason', 'typo')).toMatchObject({ code: 35 });
  const { code, out } = await stage.offboard('lift', run, '--items', MEMBER, '--by', APPROVER, '--reason', 'still read', '--json');
  expect(code).toBe(0);
  expect((JSON.parse(out) as { lifted: string[] }).lifted.toSorted()).toEqual([MEMBER, OIDC].toSorted());
  // What is used meanwhile waits for an approver, who leaves it in place or has it removed all the same; until then all waits.
  await use('still-needed', 'a-straggler');
  const { unresolved } = await stage.until(run, (v) => v.unresolved.length === 2);
  expect(unresolved[0]).toMatchObject({ outcome: 'blocked', code: 'UsedInQuarantine' });
  expect(unresolved[0]?.reason).toMatch(/in quarantine, and last used \d{4}-/);
  const plan = await stage.offboard('plan', run);
  expect(plan.out).toMatch(/mode: quarantine: 5 of \d+ things are denied or disabled first and watched for 0 hours/);
  const { ours, untouched } = await stage.sandbox.client.report();
  expect(ours.left).toHaveLength(ours.objects);
  expect(ours.altered.toSorted()).toEqual(['a-straggler', 'contoso-more', 'still-needed'].map(memberItem));
  expect(untouched.changed).toEqual([]);
  const status = await stage.offboard('status', run);
  expect(status.out).toMatch(/quarantined/);
  // What another needs is denied after it.
  expect((await intentsOf(stage, journal)).indexOf(OIDC)).toBeGreaterThan((await intentsOf(stage, journal)).indexOf(MEMBER));
  const asked = ['--by', APPROVER, '--reason', 'asked its owner'];
  expect(await stage.offboard('waive', run, '--items', memberItem('still-needed'), ...asked)).toMatchObject({ code: 0 });
  // What is merely in quarantine waits for nobody: the rest is this one.
  expect(await stage.offboard('retry', run, ...asked)).toMatchObject({ code: 0, out: `Tried again: ${memberItem('a-straggler')}\n` });

  await approveGate(stage, run, 'collectors');
  // Left in place is as it was: usable.
  expect((await stage.sandbox.client.report()).ours.altered).not.toContain(memberItem('still-needed'));
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await outcomesOf(stage, journal, memberItem('contoso-more'))).map((o) => o.outcome)).toEqual(['quarantined', 'removed']);
  expect((await outcomesOf(stage, journal, ASSIGNMENT)).map((o) => o.outcome)).toEqual(['removed']);
  expect(await removedBy(stage, journal)).toContain(memberItem('a-straggler'));
  expect((await outcomesOf(stage, journal, memberItem('still-needed'))).at(-1)).toMatchObject({ outcome: 'blocked', code: 'Lifted' });
  const looks = (await recordsOf(stage, journal)).filter((r) => r.type === 'watched');
  expect(looks.at(-1)).toEqual({ type: 'watched', items: 2, unseen: [] });
  const { left } = (await stage.sandbox.client.report()).ours;
  expect(left.filter((key) => key.startsWith('aws-role')).toSorted()).toEqual([OIDC, MEMBER, memberItem('still-needed')].toSorted());
  // What the lifted roles need is left, wherever it is: the provider, and the application whose tokens it takes.
  expect(left.some((key) => key.startsWith('aws-oidc-client-id'))).toBe(true);
  expect(left.some((key) => key.startsWith('entra-application'))).toBe(true);
  expect(await stage.offboard('evidence', 'verify', result.evidence)).toMatchObject({ code: 0 });
});

test('what was used and is kept working is given back at once with all that it needs, which is then asked about by its own name', async () => {
  const estate = quarantined({ quarantine: '1h', watch: '500ms' });
  estate.objects.push(memberRole('a-straggler'));
  const { run, journal } = await watched(estate);
  expect((await stage.sandbox.client.report()).ours.altered.toSorted()).toEqual([memberItem('a-straggler'), MEMBER, OIDC].toSorted());
  await use('contoso-collect');
  await stage.until(run, (v) => v.unresolved.some((o) => o.item === MEMBER && o.code === 'UsedInQuarantine'));
  const asked = ['--by', APPROVER, '--reason', 'its owner still reads by it'];
  expect(await stage.offboard('waive', run, '--items', MEMBER, '--keep', ...asked)).toMatchObject({ code: 0 });
  const { unresolved } = await stage.until(run, (v) => v.unresolved.some((o) => o.item === OIDC));
  expect(unresolved).toMatchObject([{ item: OIDC, code: 'Lifted', keeps: 'way' }]);
  expect(unresolved[0]?.reason).toMatch(new RegExp(`^still needed by ${MEMBER}.*; lifted from quarantine`));
  // Nothing else is given back: the role that nobody keeps stays denied.
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([memberItem('a-straggler')]);
  // Tried again it is not denied again while the other needs it.
  expect(await stage.offboard('retry', run, '--items', OIDC, ...asked)).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.unresolved.some((o) => o.item === OIDC && o.code === 'Shared'));
  expect(await stage.offboard('waive', run, '--items', OIDC, ...asked)).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.unresolved.length === 0);
  expect((await outcomesOf(stage, journal, OIDC)).map((o) => o.code)).toEqual([undefined, 'Lifted', 'Shared']);
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([memberItem('a-straggler')]);
  // Nothing is left denied for the next run.
  expect(await stage.offboard('lift', run, ...asked)).toMatchObject({ code: 0 });
  expect(await resultOf(stage, run)).toMatchObject({ status: 'denied' });
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
  expect(await removedBy(stage, journal)).toEqual([]);
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
    next: [
      { command: 'lift', args: [journal, '--by', 'NAME', '--reason', 'TEXT'] },
      { command: 'restore', args: [journal, '--by', 'NAME'] },
    ],
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
