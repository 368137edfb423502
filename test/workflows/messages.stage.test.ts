import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import proto from '@temporalio/proto';
import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import * as messages from '../../workflows/messages/index.ts';
import { clearRun, runAtCollectors, runAtPlan } from '../client/on-stage.ts';
import { APPROVER, MAILBOX, smallEstate } from '../harness/estate.ts';
import { loseAnswer } from '../harness/lose-answer.ts';
import { newMail } from '../harness/people.ts';
import { signalByCli } from '../harness/official-cli.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** Without the payload codec, as the Temporal UI sends. */
const plainHandle = (id: string) => new Client({ connection: stage.session.connection, namespace: 'default' }).workflow.getHandle(id);

const approval = (planHash: string, more: object = {}) => ({
  gate: 'plan',
  opening: 1,
  planHash,
  by: APPROVER,
  reason: 'read it',
  ...more,
});

test('an approval in plain JSON, as the Temporal UI sends it, passes the gate, also where a worker dies right after it recorded that', async () => {
  const { run: id, hash } = await runAtPlan(stage, smallEstate());
  loseAnswer(stage, (r) => r.type === 'decision');
  await plainHandle(id).signal('approve', approval(hash));
  const { run } = await stage.until(id, (v) => v.gate?.gate === 'collectors');
  const said = (await stage.deps.journal.lines(run)).filter(({ record: r }) => r.type === 'decision' || r.type === 'refusal');
  expect(said).toHaveLength(1);
});

test('a message with a field that is not what it should be is refused, and neither ends the run nor holds up what comes after it', async () => {
  const { run: id, hash } = await runAtPlan(stage, smallEstate());
  const plain = plainHandle(id);
  const wrong: [name: string, message: object, field: string][] = [
    ['pause', { by: APPROVER, reason: 7 }, 'reason'],
    ['pause', { by: APPROVER, reason: '' }, 'reason'],
    ['approve', approval(hash, { ticket: 7 }), 'ticket'],
    ['approve', approval(hash, { proof: 'text' }), 'proof'],
    ['approve', approval(hash, { proof: { statement: 'x', idToken: 7 } }), 'proof'],
  ];
  for (const [name, message, field] of wrong) {
    await plain.signal(name, message);
    await stage.until(id, (v) => v.lastRefusal?.startsWith(`${name}: ${field}: `) === true);
  }
  await plain.signal('approve', approval(hash));
  await stage.until(id, (v) => v.gate?.gate === 'collectors');
});

test('an approval and a pause by the official CLI reach the run', async () => {
  const { run: id, hash } = await runAtPlan(stage, smallEstate());
  await signalByCli(id, 'pause', '{"by":"riley"}');
  await stage.until(id, (v) => v.paused);
  await signalByCli(id, 'approve', JSON.stringify(approval(hash)));
  await signalByCli(id, 'resume', '{"by":"riley"}');
  const view = await stage.until(id, (v) => v.gate?.gate === 'collectors');
  expect(view.paused).toBe(false);
});

test('a one-time password in clear text is refused by the validator, stays out of history, and the portal is not asked', async () => {
  const id = await runAtCollectors(stage, smallEstate());
  const before = await stage.sandbox.client.newestOtp(MAILBOX);
  expect((await stage.offboard('ready', id, 'collector-aws', '--by', MAILBOX)).code).toBe(0);
  const otp = await newMail(stage, MAILBOX, before?.id);
  const handle = stage.session.client.workflow.getHandle(id);
  const { historyLength } = await handle.describe();
  for (const sealedOtp of [otp, `${otp}.${otp}.${otp}`, '']) {
    const sent = handle.executeUpdate(messages.submitOtp, { args: [{ collector: 'collector-aws', by: MAILBOX, sealedOtp }] });
    const refusal = await sent.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(String((refusal as WorkflowUpdateFailedError).cause?.message)).toMatch(
      /^sealedOtp: is (not sealed; seal the code to the workers’ key|missing)/,
    );
  }
  const plain = plainHandle(id).executeUpdate('submitOtp', { args: [{ collector: 'collector-aws', by: MAILBOX, otp }] });
  await expect(plain, 'the refusal itself is encrypted, and this client has no keys').rejects.toThrow('binary/encrypted');
  expect((await handle.describe()).historyLength).toBe(historyLength);
  const history = Buffer.from(proto.temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish());
  expect([history.includes('collectorReady'), history.includes(otp)]).toEqual([true, false]);
  expect((await stage.view(id)).collectors[0]).toMatchObject({ stage: 'code-sent', challenge: { attemptsLeft: 3 } });
});
