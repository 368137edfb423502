import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { plain, type Got, type Scene } from './scene.ts';

/** An activity that somebody has done: its input as payloads for the workflow that asks for it. */
export interface Call {
  activity: string;
  input(workflowId: string): Promise<Payload[]>;
}

/** Event of a history, as far as it is looked at here. */
type Events = NonNullable<Awaited<ReturnType<Scene['run']['fetchHistory']>>['events']>;

const contextOf = (s: Scene, workflowId: string) => ({
  type: 'workflow' as const,
  namespace: s.session.client.options.namespace,
  workflowId,
});
const codecOf = (s: Scene) => s.session.client.options.loadedDataConverter.payloadCodecs[0];

/** A value encrypted for a workflow, as whoever has the payload keys does. */
export const sealedFor =
  (s: Scene, ...values: unknown[]) =>
  async (workflowId: string): Promise<Payload[]> =>
    (await codecOf(s)?.encode(values.map(plain), contextOf(s, workflowId))) ?? [];

async function opened(s: Scene, workflowId: string, payloads: Payload[]): Promise<unknown[]> {
  const read = (await codecOf(s)?.decode(payloads, contextOf(s, workflowId))) ?? [];
  return read.map((p) => defaultPayloadConverter.fromPayload(p));
}

/** What the run had done last of an activity: its input as it lies in history, and, by whoever has the keys, what it was given and what it answered. */
export async function doneBefore(s: Scene, activity: string): Promise<{ payloads: Payload[]; input: object; result: object }> {
  const { events = [] } = await s.run.fetchHistory();
  const scheduled = (events ?? []).findLast((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === activity);
  const payloads = scheduled?.activityTaskScheduledEventAttributes?.input?.payloads ?? [];
  const completed = (events ?? []).find(
    (e) => String(e.activityTaskCompletedEventAttributes?.scheduledEventId) === String(scheduled?.eventId),
  );
  const [input] = await opened(s, s.workflowId, payloads);
  const [answer] = await opened(s, s.workflowId, completed?.activityTaskCompletedEventAttributes?.result?.payloads ?? []);
  return { payloads, input: input as object, result: (answer as { result?: object } | undefined)?.result ?? {} };
}

/**
 * Has activities done by our workers for a workflow of somebody's own, whose task they answer themselves: nothing but write access to the namespace is needed for that. Tells what
 * came of each.
 */
export async function doneForAnother(s: Scene, calls: readonly Call[], workflowId = `mallory-${randomUUID()}`): Promise<Got[]> {
  const { workflowService } = s.session.connection;
  const { namespace } = contextOf(s, workflowId);
  const taskQueue = { name: `mallory-${randomUUID()}` };
  const start = { namespace, workflowId, workflowType: { name: 'mallory' }, taskQueue, requestId: randomUUID() };
  const { runId } = await workflowService.startWorkflowExecution(start);
  const { taskToken } = await polled(s, taskQueue);
  await workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands: await commandsFor(s, calls, workflowId) });
  const told = await answersTo(s, calls, workflowId, runId ?? '');
  await workflowService.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  return told;
}

/** `forMs`: for how long at the most. What is given up earlier may go on by itself, and outlive the connection. */
async function polled(s: Scene, taskQueue: { name: string }, forMs = 60_000) {
  const { client, connection } = s.session;
  const { namespace } = client.options;
  return await connection.withDeadline(Date.now() + forMs, () =>
    connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue }),
  );
}

/** The same for the run's own workflow: a reset makes a new task of it, which whoever polls its task queue may get. The run is lost by that. */
export async function doneAsRun(s: Scene, callsNow: () => Promise<Call[]>): Promise<Got[]> {
  const { workflowService } = s.session.connection;
  const { namespace } = contextOf(s, s.workflowId);
  const taskQueue = { name: s.session.taskQueue };
  for (let tries = 0; tries < 30; tries++) {
    // Whoever was sooner had it planned anew.
    const calls = await callsNow();
    const got = new AbortController();
    const polls = Array.from({ length: 10 }, () =>
      s.session.connection.withAbortSignal(got.signal, () => polled(s, taskQueue, 3_000)).catch(() => undefined),
    );
    await sleep(200);
    await resetTo(s, (events) => events.find((e) => e.workflowTaskCompletedEventAttributes));
    const task = await Promise.race([...polls, sleep(1_000)]);
    got.abort();
    await Promise.all(polls);
    const { taskToken, workflowExecution } = task ?? {};
    if (!taskToken?.length || workflowExecution?.workflowId !== s.workflowId) {
      await s.until((v) => v.gate !== undefined);
      continue;
    }
    const commands = await commandsFor(s, calls, s.workflowId);
    await workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands });
    const told = await answersTo(s, calls, s.workflowId, workflowExecution.runId ?? '');
    await workflowService.terminateWorkflowExecution({ namespace, workflowExecution });
    return told;
  }
  throw new Error('another worker was always sooner');
}

/** Resets the run to an event of its history, as anybody can. */
export async function resetTo(s: Scene, event: (events: Events) => Events[number] | undefined): Promise<void> {
  const { raw } = await s.run.describe();
  const { events } = await s.run.fetchHistory();
  await s.session.connection.workflowService.resetWorkflowExecution({
    namespace: s.session.client.options.namespace,
    requestId: randomUUID(),
    reason: 'an attack',
    workflowTaskFinishEventId: event(events ?? [])?.eventId ?? null,
    workflowExecution: raw.workflowExecutionInfo?.execution ?? null,
  });
}

const commandsFor = async (s: Scene, calls: readonly Call[], workflowId: string) =>
  await Promise.all(
    calls.map(async ({ activity, input }, at) => ({
      // CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK
      commandType: 1 as const,
      scheduleActivityTaskCommandAttributes: {
        activityId: String(at),
        activityType: { name: activity },
        taskQueue: { name: s.session.taskQueue },
        input: { payloads: await input(workflowId) },
        startToCloseTimeout: { seconds: 60 as never },
        heartbeatTimeout: { seconds: 30 as never },
        retryPolicy: { maximumAttempts: 1 },
      },
    })),
  );

/** What came of each, once all have ended. */
async function answersTo(s: Scene, calls: readonly Call[], workflowId: string, runId: string): Promise<Got[]> {
  const handle = s.session.client.workflow.getHandle(workflowId, runId);
  for (let tries = 0; tries < 600; tries++) {
    const { events } = await handle.fetchHistory();
    const ended = await Promise.all((events ?? []).map(async (e) => await answerIn(s, workflowId, e)));
    const scheduled = (events ?? []).filter((e) => e.activityTaskScheduledEventAttributes);
    const byCall = calls.map((_, at) => {
      const asked = scheduled.find((e) => e.activityTaskScheduledEventAttributes?.activityId === String(at));
      return ended.find((e) => e !== undefined && e.of === String(asked?.eventId))?.got;
    });
    if (byCall.every((got) => got !== undefined)) return byCall;
    await sleep(100);
  }
  throw new Error('an activity does not end');
}

async function answerIn(s: Scene, workflowId: string, event: Events[number]): Promise<{ of: string; got: Got } | undefined> {
  const { activityTaskCompletedEventAttributes: done, activityTaskFailedEventAttributes: failed } = event;
  const { activityTaskTimedOutEventAttributes: late } = event;
  if (late) return { of: String(late.scheduledEventId), got: 'refused: it did not answer' };
  if (failed) {
    const { encodedAttributes, message, applicationFailureInfo } = failed.failure ?? {};
    const [told] = encodedAttributes ? await opened(s, workflowId, [encodedAttributes]).catch(() => []) : [];
    const words = (told as { message?: string } | undefined)?.message ?? message ?? '';
    return { of: String(failed.scheduledEventId), got: `refused: ${applicationFailureInfo?.type ?? ''}: ${words}` };
  }
  if (!done) return undefined;
  const [answer] = await opened(s, workflowId, done.result?.payloads ?? []);
  return { of: String(done.scheduledEventId), got: gotOf((answer as { result?: unknown } | undefined)?.result) };
}

/** What an activity answered that did not fail: that nothing may be done is an answer, too. */
function gotOf(result: unknown): Got {
  const { outcomes = [], remaining = [] } = (result ?? {}) as { outcomes?: { code?: string; reason?: string }[]; remaining?: string[] };
  const [first] = outcomes;
  if (remaining.length === 0 && first && outcomes.every((o) => o.code === 'NotAuthorized'))
    return `refused: ${first.code}: ${first.reason}`;
  if (outcomes.length === 0 && remaining.length > 0) return 'refused: nothing was begun';
  return 'taken: it is done';
}
