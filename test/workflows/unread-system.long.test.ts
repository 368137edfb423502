import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunSummary } from '../../model/summary.ts';
import { itemHash } from '../../model/item-hash.ts';
import { waive } from '../../workflows/messages/index.ts';
import { send } from '../../client/run/ask.ts';
import { abandonRun } from '../harness/abandon.ts';
import {
  APPROVER,
  MEMBER_ACCOUNT,
  OIDC_ROLE_ARN,
  READER_ASSIGNMENT,
  smallEstate,
  SUBSCRIPTION,
  TENANT,
  type TestEstate,
} from '../harness/estate.ts';
import { addGcp, PROJECT } from '../harness/gcp.ts';
import { memberItem } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { workerProcess } from '../harness/worker-process.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const GHOST = '/providers/Microsoft.Management/managementGroups/ghost';
const UNKNOWN = [`unread-system:aws:${MEMBER_ACCOUNT}`, `unread-system:azure:${GHOST}`];
const OIDC_ROLE = `aws-role:${OIDC_ROLE_ARN}`;
const CLIENT_ID = `aws-oidc-client-id:arn:aws:iam::111122223333:oidc-provider/sts.windows.net/${TENANT}/#api://mciem-aws-oidc-app`;

/** One account whose role cannot be assumed, and one management group that does not exist. */
function estate(): TestEstate {
  const small = smallEstate();
  small.manifest.azure = { subscriptions: [SUBSCRIPTION], managementGroups: ['ghost'] };
  suspend(small.objects);
  return small;
}

function suspend(objects: { kind: string; id?: string; state?: string }[]): void {
  const account = objects.find((o) => o.kind === 'aws-account' && o.id === MEMBER_ACCOUNT);
  if (account) account.state = 'suspended';
}

test('systems that cannot be read are held with what depends on them; the rest goes on, and waiving lets those go, too, but nobody says completed', async () => {
  const run = await startedRun(stage, estate());
  const { run: journal, unknown } = await approveGate(stage, run, 'plan');
  expect(unknown).toEqual([`aws:${MEMBER_ACCOUNT}`, `azure:${GHOST}`]);
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  const codes = new Map(unresolved.map((o) => [o.item, o.code]));
  expect(Object.fromEntries(codes)).toEqual({
    [UNKNOWN[0] ?? '']: 'UnreadSystem',
    [UNKNOWN[1] ?? '']: 'UnreadSystem',
    [OIDC_ROLE]: 'Dependency',
    [CLIENT_ID]: 'Dependency',
  });
  expect(unresolved.find((o) => o.item === UNKNOWN[0])?.reason).toMatch(/AccessDenied.*nothing is known about what it holds/);
  expect(unresolved.find((o) => o.item === UNKNOWN[1])?.reason).toMatch(/nothing is known about what it holds/);
  expect(await outcomesOf(stage, journal, `azure-role-assignment:${READER_ASSIGNMENT}`)).toMatchObject([{ outcome: 'removed' }]);

  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'closed next month')).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
  expect((await outcomesOf(stage, journal, OIDC_ROLE)).map((o) => o.outcome)).toEqual(['blocked', 'removed']);
  expect((await outcomesOf(stage, journal, CLIENT_ID)).map((o) => o.outcome)).toEqual(['blocked', 'removed']);
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({ status: 'leftovers', leftovers: [] });
  expect(result.reason).toMatch(
    /^nothing can be said about .*: mend the access and start again, or, .* leave it out of a new run \(exclude\)$/,
  );
  expect((await stage.offboard('watch', run)).code).toBe(3);
  for (const item of UNKNOWN) expect(result.reason).toContain(item.slice('unread-system:'.length));
  expect(result.phases[0]).toMatchObject({ phase: 'permissions', removed: 3, waived: 2, blocked: 0 });
  const { summary } = JSON.parse(readFileSync(join(result.evidence, 'evidence.json'), 'utf8')) as { summary: RunSummary };
  for (const item of UNKNOWN) {
    expect(summary.items.find((i) => i.item === item)).toMatchObject({ waived: { by: APPROVER, reason: 'closed next month' } });
  }
  expect((await stage.sandbox.client.report()).ours.left).toEqual([memberItem('contoso-collect')]);
});

test('one that is readable again is found when the plan is amended', async () => {
  const run = await startedRun(stage, estate());
  const first = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  await stage.sandbox.change(({ entries }) => {
    const account = entries[`aws-account:${MEMBER_ACCOUNT}`] as { object: { state: string } };
    account.object.state = 'active';
  });
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'reinstated')).toMatchObject({ code: 0 });
  const second = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(second.unknown).toEqual([`azure:${GHOST}`]);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  expect(await outcomesOf(stage, first.run, memberItem('contoso-collect'))).toMatchObject([{ outcome: 'removed' }]);
  expect((await outcomesOf(stage, first.run, OIDC_ROLE)).at(-1)?.outcome).toBe('removed');
});

test('what the worker could not sign in to is neither offered for a waiver nor waived, and is found once the sign-in is mended', async () => {
  const run = await startedRun(stage, addGcp(estate()));
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const { GOOGLE_APPLICATION_CREDENTIALS, HOME } = process.env;
  // Nor are there any where the clouds' libraries look besides.
  const none = { HOME: stage.folder, CLOUDSDK_CONFIG: stage.folder, METADATA_SERVER_DETECTION: 'none' };
  await stage.stopWorker();
  Object.assign(process.env, none);
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  const worker = await workerProcess(stage);
  const amend = (reason: string) => stage.offboard('amend', run, '--by', APPROVER, '--reason', reason);
  try {
    expect(await amend('let us see')).toMatchObject({ code: 0 });
    await stage.until(run, (v) => v.gate?.opening === 2);
    await approveGate(stage, run, 'plan');
    const both = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
    const unread = both.unresolved.filter((o) => o.code === 'NotSignedIn').map((o) => o.item);
    expect(unread).toContain(`unread-system:gcp:projects/${PROJECT}`);
    const waived = await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'closed next month');
    expect(waived).toMatchObject({ code: 0, out: `Left in place: ${UNKNOWN.join(', ')}\n` });

    const { awaiting } = await stage.until(run, (v) => v.unresolved.every((o) => !UNKNOWN.includes(o.item)) && v.awaiting.length > 0);
    expect(awaiting.flatMap((w) => w.next.map((n) => n.command))).toEqual(['amend', 'retry']);
    expect((await stage.offboard('status', run)).out).not.toMatch(/offboard waive|waive --|waive it/);
    const one = unread.slice(0, 1);
    for (const named of [[], one]) {
      const refused = await stage.offboard('waive', run, ...named, '--by', APPROVER, '--reason', 'we have no key');
      expect(refused).toMatchObject({
        code: 51,
        err: expect.stringMatching(/could not sign in.*nothing to waive; mend the sign-in/) as string,
      });
    }
    const message = { items: { count: 1, hash: itemHash(one), only: one }, by: APPROVER, reason: 'past the command' };
    await expect(send(stage.session, run, waive, message)).rejects.toMatchObject({ code: 'NotAllowed' });
  } finally {
    await worker.stop();
    for (const name of Object.keys(none)) delete process.env[name];
    Object.assign(process.env, { HOME, GOOGLE_APPLICATION_CREDENTIALS });
    await stage.startWorker();
  }
  expect(await amend('it has its key')).toMatchObject({ code: 0 });
  const third = await stage.until(run, (v) => v.gate?.opening === 3);
  expect(third.unknown.filter((system) => system.startsWith('gcp:'))).toEqual([]);
});

test('of a system that cannot be read any more at the end nothing is claimed', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await stage.sandbox.change(({ entries }) => suspend(Object.values(entries).map((e) => e.object as { kind: string })));
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result).toMatchObject({
    status: 'leftovers',
    reason: expect.stringMatching(`^nothing can be said about aws:${MEMBER_ACCOUNT}: mend`) as string,
  });
  expect((await stage.offboard('watch', run)).code).toBe(3);
  const report = await stage.offboard('report', run, '--json');
  expect(JSON.parse(report.out)).toMatchObject({ status: 'leftovers', unknown: [`aws:${MEMBER_ACCOUNT}`] });
});
