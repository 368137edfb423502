import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunView } from '../../model/messages/status.ts';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MAILBOX, OIDC_ROLE_ARN, READER_ASSIGNMENT, smallEstate, STARTER } from '../harness/estate.ts';
import { addGcp, MEPM_ACCOUNT, WORKLOADS } from '../harness/gcp.ts';
import { memberArn, memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, planOf, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, outcomesOf, recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;
const COLLECTOR = 'data-collector:collector-aws';
const EDITED = memberItem('edited');
const REPLACED = memberItem('replaced');
const DELETED = memberItem('deleted');

test('what changed between plan and approval is not removed; an amended plan asks again and takes what is still ours', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('edited'), memberRole('replaced'), memberRole('deleted'), memberRole('unchanged'));
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await somebodyElseWorks();
  const { run: journal, planHash } = await approveGate(stage, run, 'plan');

  // One cloud may be through before the others: all of them are when what waits for these is told.
  const isTold = (v: RunView) => v.unresolved.some((o) => o.item === `aws-role:${OIDC_ROLE_ARN}`);
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions' && isTold(v));
  const drift = unresolved.filter((o) => o.code === 'Drift');
  expect(drift.map((o) => o.item).toSorted()).toEqual([EDITED, REPLACED, ASSIGNMENT].toSorted());
  for (const o of drift) expect(o.outcome).toBe('blocked');
  const reasonOf = (item: string) => drift.find((o) => o.item === item)?.reason;
  expect(reasonOf(EDITED)).toMatch(/changed since the plan was made \(AssumeRolePolicyDocument\.Statement: .*sts:ExternalId.*\); amend/);
  expect(reasonOf(REPLACED)).toMatch(/RoleId: "AROA\w+" → "AROA\w+"/);
  expect(reasonOf(ASSIGNMENT)).toMatch(/condition: .* → "@Resource/);
  expect(await intentsOf(stage, journal)).not.toContain(EDITED);
  expect(await intentsOf(stage, journal)).not.toContain(REPLACED);
  expect(await intentsOf(stage, journal)).not.toContain(ASSIGNMENT);
  expect(await outcomesOf(stage, journal, DELETED)).toMatchObject([{ outcome: 'already-gone' }]);
  expect(await outcomesOf(stage, journal, memberItem('unchanged'))).toMatchObject([{ outcome: 'removed' }]);
  const waiting = unresolved.filter((o) => o.code === 'Dependency').map((o) => o.item);
  expect(waiting).toContain(`aws-role:${OIDC_ROLE_ARN}`);

  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'the changes were looked at')).toMatchObject({ code: 0 });
  const again = await stage.until(run, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  expect(again.gate?.planHash).not.toBe(planHash);
  expect((await approveWith(run, 2, planHash ?? '')).code).toBe(30);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  expect((await outcomesOf(stage, journal, EDITED)).map((o) => o.outcome)).toEqual(['blocked', 'removed']);
  expect((await outcomesOf(stage, journal, ASSIGNMENT)).map((o) => o.outcome)).toEqual(['blocked', 'removed']);
  expect((await outcomesOf(stage, journal, REPLACED)).at(-1)?.outcome).toBe('already-gone');
  const report = await stage.sandbox.client.report();
  expect(report.ours.left).toEqual([]);
  expect(report.untouched.changed).toEqual([]);
  expect(await replacedRoleIsThere()).toBe(true);
  expect((await recordsOf(stage, journal)).filter((r) => r.type === 'plan')).toHaveLength(2);
});

test('a binding in Google Cloud that was given a condition is blocked with the difference, not taken for gone; the rest goes on', async () => {
  const run = await startedRun(stage, addGcp(smallEstate()));
  await planOf(stage, run);
  await stage.sandbox.change(({ entries }) => {
    const [key, entry] = Object.entries(entries).find(([k]) => k.startsWith(`gcp-binding:projects/${WORKLOADS}#`)) ?? [];
    if (!key || !entry) throw new Error('the sandbox knows no such binding');
    const condition = { title: 'until-2027', expression: 'request.time < timestamp("2027-01-01T00:00:00Z")' };
    const object = EstateObjectSchema.parse({ ...(entry.object as object), condition });
    delete entries[key];
    entries[objectKey(object)] = { object, initial: structuredClone(object) };
  });
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const drifted = unresolved.filter((o) => o.code === 'Drift');
  expect(drifted.map((o) => o.item)).toEqual([
    `gcp-binding:projects/${WORKLOADS}#roles/iam.securityReviewer#serviceAccount:${MEPM_ACCOUNT}`,
  ]);
  expect(drifted[0]?.reason).toMatch(/changed since the plan was made \(condition: .*until-2027.*\); amend/);
  // The account waits for it, and says in the same round that under its condition the grant is one which the plan does not know.
  const account = unresolved.find((o) => o.item.startsWith('gcp-service-account:'));
  expect(account).toMatchObject({
    code: 'StillInUse',
    reason: expect.stringMatching(/until-2027.*it also waits for gcp-binding:/) as string,
  });
  expect(await removedBy(stage, journal)).toContainEqual(expect.stringMatching('^gcp-binding:organizations/'));
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'the condition was looked at')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('a collector edited between plan and deletion is not deleted: no code is sent, and the change waits for an amended plan', async () => {
  const run = await startedRun(stage, smallEstate());
  const { run: journal } = await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.sandbox.change(({ entries }) => {
    const { object } = entries['portal-collector:collector-aws'] as { object: object };
    Object.assign(object, { name: 'Fabrikam production', configuration: { accountIds: ['999900001111'] } });
  });
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  expect(await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX)).toMatchObject({ code: 0 });
  const { unresolved } = await stage.until(run, (v) => v.unresolved.length > 0);
  expect(unresolved).toMatchObject([{ item: COLLECTOR, outcome: 'blocked', code: 'Drift' }]);
  expect(unresolved[0]?.reason).toMatch(/changed since the plan was made \(.*Fabrikam production.*\); amend/);
  expect((await stage.sandbox.client.newestOtp(MAILBOX))?.id).toBe(before?.id);
  expect((await stage.sandbox.client.report()).ours.left).toContain('portal-collector:collector-aws');

  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'it is the one, renamed')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await outcomesOf(stage, journal, COLLECTOR)).map((o) => o.outcome)).toEqual(['blocked', 'removed']);
});

/** Edits one role's trust, makes another role of a removed one's name, removes a third, puts a condition on an assignment. */
async function somebodyElseWorks(): Promise<void> {
  await stage.sandbox.change(({ entries }) => {
    const object = (key: string) => {
      const entry = entries[key];
      if (!entry) throw new Error(`the sandbox knows no ${key}`);
      return entry as { object: Record<string, unknown>; deletedAt?: string };
    };
    object(EDITED).object['trust'] = trusting(OIDC_ROLE_ARN, { Condition: { StringEquals: { 'sts:ExternalId': 'contoso' } } });
    object(DELETED).deletedAt = new Date(0).toISOString();
    object(REPLACED).deletedAt = new Date(0).toISOString();
    // The sandbox derives a role's unique id from its ARN, and names are unique over paths: this is another role of the same name.
    const newcomer = { ...object(REPLACED).object, path: '/team/', trust: trusting('arn:aws:iam::999900001111:root') };
    entries[`aws-role:${memberArn('replaced', '/team/')}`] = { object: newcomer };
    Object.assign(object(ASSIGNMENT).object, { condition: "@Resource[name] StringEquals 'x'", conditionVersion: '2.0' });
  });
}

async function replacedRoleIsThere(): Promise<boolean> {
  let there = false;
  await stage.sandbox.change(({ entries }) => {
    const entry = entries[`aws-role:${memberArn('replaced', '/team/')}`];
    there = entry !== undefined && entry.deletedAt === undefined;
  });
  return there;
}

function approveWith(run: string, opening: number, planHash: string) {
  const gate = ['--gate', 'plan', '--opening', String(opening), '--plan-hash', planHash];
  return stage.offboard('approve', run, ...gate, '--by', APPROVER, '--reason', 'read it');
}

test('what an earlier run left unresolved, and its owner changed since, is held with the difference until an override names it', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('taken-over'));
  const first = await startedRun(stage, estate);
  await planOf(stage, first);
  const own = trusting('arn:aws:iam::999900001111:root');
  await stage.sandbox.change(({ entries }) => {
    Object.assign((entries[memberItem('taken-over')] as { object: object }).object, { trust: own });
  });
  await approveGate(stage, first, 'plan');
  await stage.until(first, (v) => v.unresolved.some((o) => o.item === memberItem('taken-over')));
  expect(await stage.offboard('cancel', first, '--by', STARTER)).toMatchObject({ code: 0 });
  await expect(resultOf(stage, first)).rejects.toThrow('cancelled');

  const start = async () => {
    const manifest = stage.writeManifest(estate.manifest);
    const run = `offboarding-${estate.manifest.tenant.id}`;
    expect(await stage.offboard('start', manifest, '--by', STARTER)).toMatchObject({ code: 0 });
    const { items } = await planOf(stage, run);
    return { run, item: items.find((i) => i.id === memberItem('taken-over')) };
  };
  const second = await start();
  expect(second.item?.guard).toMatchObject({
    code: 'Drift',
    reason: expect.stringMatching(/changed since offboarding-.* planned it .*999900001111/) as string,
  });
  expect(await stage.offboard('cancel', second.run, '--by', STARTER)).toMatchObject({ code: 0 });
  await expect(resultOf(stage, second.run)).rejects.toThrow('cancelled');

  estate.manifest.overrides = [{ item: memberItem('taken-over'), reason: 'its owner gave it to us' }];
  const { run, item } = await start();
  expect(item).toMatchObject({ lifted: { code: 'Drift' } });
  expect(item?.guard).toBeUndefined();
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await removedBy(stage, result.run)).toContain(memberItem('taken-over'));
});
