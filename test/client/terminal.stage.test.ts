import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EXIT_CODES } from '../../model/errors.ts';
import { addMember, APPROVER, MAILBOX, READER_ASSIGNMENT, smallEstate, SUBSCRIPTION, TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, startedRun } from '../harness/people.ts';
import { recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { atTerminal } from '../harness/terminal.ts';
import { clearRun, runAtPlan } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const CLOSED_ACCOUNT = '777788889999';
const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;
const decision = (run: string, hash: string) => [run, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
const waiver = (run: string, ...more: string[]) => ['waive', run, '--by', APPROVER, '--reason', 'its owner asked for it', ...more];
const MEANS = /nothing for what is so unless told otherwise: $/;

/** One role assignment under a lock. */
function locked(): TestEstate {
  const estate = smallEstate();
  estate.objects.push({ kind: 'azure-lock', ours: false, scope: `/subscriptions/${SUBSCRIPTION}`, name: 'keep' });
  return estate;
}

async function runAtLock(): Promise<string> {
  const run = await startedRun(stage, locked());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  return run;
}

test('an approver at a terminal reads the summary above the question, and the approval stands once the tenant is typed', async () => {
  const estate = locked();
  addMember(estate, CLOSED_ACCOUNT);
  const { run, hash } = await runAtPlan(stage, estate);
  const seen = await atTerminal(stage, [{ question: /that this changes: $/, type: TENANT }], 'approve', ...decision(run, hash));
  expect(seen.code).toBe(0);
  const order = [
    `Summary of plan ${hash}`,
    'Removal of permissions assigned in AWS',
    'What the rights that go allow:',
    'HELD until an approver decides: 1',
    `unread-system:aws:${CLOSED_ACCOUNT} (UnreadSystem)`,
    'COULD NOT BE READ: 1',
    'CANNOT BE UNDONE: 1',
    `Type the id of the tenant that this changes: ${TENANT}`,
    'Gate plan, opening 1: approved.',
  ];
  const places = order.map((words) => seen.text.indexOf(words));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test.each([
  { type: 'keep', said: { means: 'keep' }, kept: { [ASSIGNMENT]: 'way' } },
  { type: 'leave', said: { means: 'leave' }, kept: undefined },
  { type: '', said: {}, kept: undefined },
])('a waiver at a terminal tells what either means before it asks; "$type" is what is recorded', async ({ type, said, kept }) => {
  const run = await runAtLock();
  const seen = await atTerminal(stage, [{ question: MEANS, type }], ...waiver(run));
  expect(seen).toMatchObject({ code: 0, text: expect.stringContaining(`Left in place: ${ASSIGNMENT}\n`) as string });
  const [asked] = seen.text.split('Type keep or leave');
  const lines = asked?.split('\n') ?? [];
  expect([lines[0], ...lines.slice(2)]).toEqual([
    ASSIGNMENT,
    '  waive --keep: it goes on working',
    '  waive --leave (unless told otherwise): it stays as it is',
    '',
  ]);
  expect(lines[1]).toMatch(/^ {2}ScopeLocked: .*lock/);
  const { run: journal } = await stage.view(run);
  const record = (await recordsOf(stage, journal)).findLast((r) => r.type === 'decision');
  expect(record).toMatchObject({ decision: { kind: 'waive', ...said }, items: [ASSIGNMENT] });
  expect(record && 'kept' in record ? record.kept : undefined).toEqual(kept);
});

test('a one-time password is not shown while it is typed', async () => {
  const answers = [{ question: /One-time password for collector-aws: $/, type: '918273' }];
  const seen = await atTerminal(stage, answers, 'otp', `offboarding-${randomUUID()}`, 'collector-aws', '--by', MAILBOX);
  expect(seen).toMatchObject({ code: EXIT_CODES.RunNotFound, text: expect.stringContaining('One-time password for') as string });
  expect(seen.text).not.toContain('918273');
});

test('a run that somebody terminated is told as that to whoever says something to it', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  await stage.session.client.workflow.getHandle(run).terminate('by an administrator');
  const told = await stage.offboard('pause', run, '--by', APPROVER);
  expect(told).toMatchObject({ code: EXIT_CODES.GateNotOpen, err: expect.stringContaining('has ended (terminated)') as string });
});

test('what is neither keep nor leave decides nothing; said by an option, nothing is asked', async () => {
  const run = await runAtLock();
  const odd = await atTerminal(stage, [{ question: MEANS, type: 'yes' }], ...waiver(run));
  expect(odd).toMatchObject({ code: 2, text: expect.stringContaining('yes: is neither keep nor leave; nothing was decided') as string });
  expect((await stage.view(run)).unresolved.map((o) => o.item)).toEqual([ASSIGNMENT]);
  const said = await atTerminal(stage, [], ...waiver(run, '--leave'));
  expect(said).toEqual({ code: 0, text: `Left in place: ${ASSIGNMENT}\n` });
});
