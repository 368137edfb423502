import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { APPROVER, MAILBOX, smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { resultOf } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectRefused, runAtCollectors } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const COLLECTOR = 'collector-aws';
const DELETED = 'Successfully deleted configuration';

function driven(driver: 'operator' | 'retired'): TestEstate {
  const estate = smallEstate();
  for (const collector of estate.manifest.collectors) collector.driver = driver;
  return estate;
}

const confirm = (run: string, by: string, statement: string) =>
  stage.offboard('confirm', run, COLLECTOR, '--by', by, '--statement', statement);

/** What the journal holds of decisions about collectors. */
async function decisions(run: string): Promise<string[][]> {
  return (await stage.deps.journal.lines((await stage.view(run)).run)).flatMap(({ record: r }) => {
    const d = r.type === 'decision' ? r.decision : undefined;
    return d?.kind === 'confirm' || d?.kind === 'attest' ? [[d.kind, d.by, d.statement]] : [];
  });
}

test('operator: the run says what to click, and only the exact words of the portal confirm', async () => {
  const run = await runAtCollectors(stage, driven('operator'));
  expectRefused(await confirm(run, MAILBOX, DELETED), 'NotWaitingForCollector', 'is not-ready');
  const ready = await stage.offboard('ready', run, COLLECTOR, '--by', MAILBOX);
  expect(ready.out).toContain(`--statement '${DELETED}'`);
  const told = await stage.offboard('status', run);
  expect(told.out).toContain(`Settings, Data Collectors, ${COLLECTOR}, ⋯, Delete Configuration, Delete; enter the OTP there; then confirm`);
  for (const words of ['gone', DELETED.toLowerCase(), `${DELETED}.`]) {
    expectRefused(await confirm(run, MAILBOX, words), 'ConfirmationWrong', 'statement: is not what the portal says', `"${DELETED}"`);
  }
  expect((await stage.view(run)).stage).toBe('data-collection');
  expect(await decisions(run)).toEqual([]);

  const { code, out } = await confirm(run, MAILBOX, DELETED);
  expect([code, out]).toEqual([0, `${COLLECTOR}: confirmed by ${MAILBOX}: ${DELETED}\n`]);
  expect(await decisions(run)).toEqual([['confirm', MAILBOX, DELETED]]);
  await resultOf(stage, run);
});

test('retired: only an approver who did not start the run attests, with the weight of an approval', async () => {
  const run = await runAtCollectors(stage, driven('retired'));
  const why = 'the portal was retired on 2025-10-01; ticket 4711';
  expectRefused(await confirm(run, STARTER, why), 'SelfApproval', `by: ${STARTER} started this run`, 'ask another approver');
  expectRefused(await confirm(run, MAILBOX, why), 'NotAnApprover', `by: ${MAILBOX}`, 'ask one of them');
  expect((await stage.view(run)).stage).toBe('data-collection');
  expect(await decisions(run)).toEqual([]);

  const { code, out } = await confirm(run, APPROVER, why);
  expect([code, out]).toEqual([0, `${COLLECTOR}: attested by ${APPROVER}: ${why}\n`]);
  expect(await decisions(run)).toEqual([['attest', APPROVER, why]]);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
});

test('http: a collector whose code comes to us cannot be confirmed by word', async () => {
  const run = await runAtCollectors(stage, smallEstate());
  expectRefused(await confirm(run, MAILBOX, DELETED), 'NotWaitingForCollector', 'it is not deleted by hand');
  expect((await stage.sandbox.client.report()).ours.left.some((key) => key.includes(COLLECTOR))).toBe(true);
});
