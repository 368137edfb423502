import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askedPeople } from '../../../client/demo/asked.ts';
import type { People } from '../../../client/demo/attend.ts';
import { APPROVER, MEMBER_ROLE_ARN, smallEstate, TENANT } from '../../harness/estate.ts';
import { approveGate, startedRun } from '../../harness/people.ts';
import { Stage } from '../../harness/stage.ts';
import { clearRun, runAtCollectors, runAtPlan } from '../on-stage.ts';

/** The person of `npm start`, whose lines are typed here. */

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** A terminal at which each question gets the next of these lines; then the input ends. */
function typing(...lines: string[]): { people: People; told: () => string } {
  let told = '';
  const stdin = new PassThrough();
  const io = {
    out: () => {},
    err: (text: string) => {
      told += text;
      if (!text.endsWith(': ')) return;
      const line = lines.shift();
      if (line === undefined) stdin.end();
      else stdin.write(`${line}\n`);
    },
    env: stage.env,
    stdin: stdin as unknown as NodeJS.ReadStream,
    interactive: true,
    program: 'offboard',
  };
  return { people: askedPeople(stage.session, APPROVER, stage.sandbox.client, stage.env, io), told: () => told };
}

const decided = async (run: string) =>
  stage.deps.journal.lines((await stage.view(run)).run).flatMap(({ record: r }) => (r.type === 'decision' ? [r.decision] : []));

test.each(['y', 'yes', '', TENANT.slice(0, -1)])('"%s" at the approval decides nothing, and the question comes again', async (slip) => {
  const { run } = await runAtPlan(stage, smallEstate());
  const { people, told } = typing(slip, TENANT.toUpperCase());
  await people.gate(await stage.view(run));
  expect(await decided(run)).toEqual([]);
  expect(told()).toContain('neither the tenant id nor "reject". Nothing was decided');
  await people.gate(await stage.view(run));
  expect(await decided(run)).toMatchObject([{ kind: 'approve', gate: 'plan', by: APPROVER }]);
  expect(told().match(/Summary of plan/g)).toHaveLength(1);
});

test('only the word rejects', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  await typing('reject').people.gate(await stage.view(run));
  expect(await decided(run)).toMatchObject([{ kind: 'reject', gate: 'plan', by: APPROVER }]);
});

test('nothing is left in place without a reason: it is asked for again, and the items are told once', async () => {
  const estate = smallEstate();
  estate.manifest.protected = [MEMBER_ROLE_ARN];
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  const view = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const { people, told } = typing('  ', 'kept for the audit');
  await people.unresolved(view);
  expect((await decided(run)).filter((d) => d.kind === 'waive')).toEqual([]);
  expect(told()).toContain('A reason is needed');
  await people.unresolved(view);
  expect(await decided(run)).toMatchObject([{ kind: 'approve' }, { kind: 'waive', reason: 'kept for the audit' }]);
  const [first] = view.unresolved;
  expect(told().split(`held: ${first?.item ?? ''}\n`)).toHaveLength(2);
});

test('where the code was sent is told once, however often it is mistyped', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  const { people, told } = typing('', '12', 'abc');
  for (let i = 0; i < 3; i++) {
    const view = await stage.until(run, (v) => v.collectors[0]?.stage === (i === 0 ? 'not-ready' : 'code-sent'));
    const [collector] = view.collectors;
    if (collector) await people.collector(view, collector);
  }
  expect(told().match(/Sent to/g)).toHaveLength(1);
  expect(told().match(/has not the shape of a one-time password/g)).toHaveLength(2);
});

test('an input that ends is nobody’s answer', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  await expect(typing().people.gate(await stage.view(run))).rejects.toMatchObject({
    code: 'Usage',
    message: expect.stringContaining('nothing was decided; answer it on a terminal') as string,
  });
  expect(await decided(run)).toEqual([]);
});
