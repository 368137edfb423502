import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askedPeople } from '../../../client/demo/asked.ts';
import { attend, type People } from '../../../client/demo/attend.ts';
import type { offboarding } from '../../../workflows/offboarding.ts';
import { APPROVER, MEMBER_ROLE_ARN, smallEstate, TENANT } from '../../harness/estate.ts';
import { approveGate, startedRun } from '../../harness/people.ts';
import { Stage } from '../../harness/stage.ts';
import { clearRun, runAtCollectors, runAtPlan } from '../on-stage.ts';

/** The person of `npm start`, whose lines are typed here. */

const stage = new Stage();
/** Nobody answers elsewhere. */
const open = new AbortController().signal;
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** A terminal; `asked` hears of each question. */
function terminal(asked: (stdin: PassThrough) => void = () => {}): { people: People; told: () => string; stdin: PassThrough } {
  let told = '';
  const stdin = new PassThrough();
  const io = {
    out: () => {},
    err: (text: string) => {
      told += text;
      if (text.endsWith(': ')) asked(stdin);
    },
    env: stage.env,
    stdin: stdin as unknown as NodeJS.ReadStream,
    interactive: true,
    program: 'offboard',
  };
  return { people: askedPeople(stage.session, APPROVER, stage.sandbox.client, io), told: () => told, stdin };
}

/** A terminal at which each question gets the next of these lines; then the input ends. */
function typing(...lines: string[]): { people: People; told: () => string } {
  return terminal((stdin) => {
    const line = lines.shift();
    if (line === undefined) stdin.end();
    else stdin.write(`${line}\n`);
  });
}

const decided = async (run: string) =>
  (await stage.deps.journal.lines((await stage.view(run)).run)).flatMap(({ record: r }) => (r.type === 'decision' ? [r.decision] : []));

test.each(['y', 'yes', '', TENANT.slice(0, -1)])('"%s" at the approval decides nothing, and the question comes again', async (slip) => {
  const { run } = await runAtPlan(stage, smallEstate());
  const { people, told } = typing(slip, TENANT.toUpperCase());
  await people.gate(await stage.view(run), open);
  expect(await decided(run)).toEqual([]);
  expect(told()).toContain('neither the tenant id nor "reject". Nothing was decided');
  await people.gate(await stage.view(run), open);
  expect(await decided(run)).toMatchObject([{ kind: 'approve', gate: 'plan', by: APPROVER }]);
  expect(told().match(/Summary of plan/g)).toHaveLength(1);
});

test('only the word rejects', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  await typing('reject').people.gate(await stage.view(run), open);
  expect(await decided(run)).toMatchObject([{ kind: 'reject', gate: 'plan', by: APPROVER }]);
});

test('nothing is left in place without a reason: it is asked for again, and the items are told once', async () => {
  const estate = smallEstate();
  estate.manifest.protected = [MEMBER_ROLE_ARN];
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  const view = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const { people, told } = typing('waive', '  ', 'Waive', 'kept for the audit');
  await people.unresolved(view, open);
  expect((await decided(run)).filter((d) => d.kind === 'waive')).toEqual([]);
  expect(told()).toContain('A reason is needed');
  await people.unresolved(view, open);
  expect(await decided(run)).toMatchObject([{ kind: 'approve' }, { kind: 'waive', reason: 'kept for the audit' }]);
  const [first] = view.unresolved;
  expect(told().split(`held: ${first?.item ?? ''}\n`)).toHaveLength(2);
});

test('a line that was meant for a question answered elsewhere decides nothing: what becomes of held items is chosen', async () => {
  const estate = smallEstate();
  estate.manifest.protected = [MEMBER_ROLE_ARN];
  const run = await startedRun(stage, estate);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const { people, told, stdin } = terminal();
  const heard: string[] = [];
  const attended = attend(stage.session.client.workflow.getHandle<typeof offboarding>(run), people, (line) => heard.push(line));
  const ending = attended.catch((error: unknown) => error);
  await expect.poll(told, { timeout: 60_000 }).toContain('To approve gate plan');
  await approveGate(stage, run, 'plan');
  await expect.poll(told, { timeout: 60_000 }).toContain('What becomes of');
  expect(heard).toContain('that was answered elsewhere; what is typed now answers nothing of it');
  stdin.write('read it and found right\n');
  await expect.poll(told, { timeout: 60_000 }).toContain('That is none of waive, keep, leave, retry. Nothing was decided.');
  stdin.end();
  expect(await ending).toMatchObject({ code: 'Usage' });
  expect((await decided(run)).map((d) => d.kind)).toEqual(['approve']);
});

test('where the code was sent is told once, however often it is mistyped', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  const { people, told } = typing('ready', '12', 'abc');
  for (let i = 0; i < 3; i++) {
    const view = await stage.until(run, (v) => v.collectors[0]?.stage === (i === 0 ? 'not-ready' : 'code-sent'));
    const [collector] = view.collectors;
    if (collector) await people.collector(view, collector, open);
  }
  expect(told().match(/Sent to/g)).toHaveLength(1);
  expect(told().match(/has not the shape of a one-time password/g)).toHaveLength(2);
});

test('an input that ends is nobody’s answer', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  await expect(typing().people.gate(await stage.view(run), open)).rejects.toMatchObject({
    code: 'Usage',
    message: expect.stringContaining('nothing was decided; answer it on a terminal') as string,
  });
  expect(await decided(run)).toEqual([]);
});
