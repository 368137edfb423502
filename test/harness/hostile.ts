import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Stage } from './stage.ts';

type Event = proto.temporal.api.history.v1.IHistoryEvent;
type Failure = proto.temporal.api.failure.v1.IFailure;

/** Somebody who may write to the namespace, and has no keys: speaks with Temporal on the wire, as whatever client or worker it likes. */
export class Hostile {
  readonly #stage: Stage;
  readonly identity = 'somebody';

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get #service(): Connection['workflowService'] {
    return this.#stage.session.connection.workflowService;
  }

  async events(workflowId: string): Promise<Event[]> {
    return (await this.#stage.session.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
  }

  /** The input of a workflow as it lies in history: a ciphertext. */
  async startOf(workflowId: string): Promise<Payload[]> {
    const [first] = await this.events(workflowId);
    return first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  }

  /** The inputs of the updates of this name that a run accepted: ciphertexts. */
  async updatesOf(workflowId: string, name: string): Promise<Payload[][]> {
    return (await this.events(workflowId)).flatMap((e) => {
      const input = e.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
      return input?.name === name ? [input.args?.payloads ?? []] : [];
    });
  }

  async start(workflowType: string, workflowId: string, payloads: Payload[], taskQueue = this.#stage.taskQueue): Promise<void> {
    await this.#service.startWorkflowExecution({
      namespace: 'default',
      workflowId,
      workflowType: { name: workflowType },
      taskQueue: { name: taskQueue },
      input: { payloads },
      requestId: randomUUID(),
      identity: this.identity,
    });
  }

  async signal(workflowId: string, signalName: string, payloads: Payload[]): Promise<void> {
    const workflowExecution = { workflowId };
    await this.#service.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution,
      signalName,
      input: { payloads },
      identity: this.identity,
      requestId: randomUUID(),
    });
  }

  /** The answer to a query as it comes. */
  async ask(workflowId: string, queryType: string): Promise<Payload[]> {
    const { queryResult } = await this.#service.queryWorkflow({ namespace: 'default', execution: { workflowId }, query: { queryType } });
    return queryResult?.payloads ?? [];
  }

  /** What came of an update: its failure, or undefined for one that was taken. */
  async update(workflowId: string, name: string, payloads: Payload[]): Promise<Failure | undefined> {
    const { outcome } = await this.#service.updateWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      waitPolicy: {
        lifecycleStage:
          proto.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
      },
      request: { meta: { updateId: randomUUID(), identity: this.identity }, input: { name, args: { payloads } } },
    });
    return outcome?.failure ?? undefined;
  }

  /** Takes one task of a queue: the workers' own, unless told otherwise. */
  async takeWorkflowTask(taskQueue = this.#stage.taskQueue) {
    const poll = { namespace: 'default', taskQueue: { name: taskQueue }, identity: this.identity };
    return await this.#polling(() => this.#service.pollWorkflowTaskQueue(poll));
  }

  async takeActivityTask(taskQueue = this.#stage.taskQueue) {
    const poll = { namespace: 'default', taskQueue: { name: taskQueue }, identity: this.identity };
    return await this.#polling(() => this.#service.pollActivityTaskQueue(poll));
  }

  /** A poll waits for a task as long as its caller does. */
  #polling<T>(poll: () => Promise<T>): Promise<T> {
    return this.#stage.session.connection.withDeadline(Date.now() + 60_000, poll);
  }

  async answerActivity(taskToken: Uint8Array, payloads: Payload[]): Promise<void> {
    await this.#service.respondActivityTaskCompleted({ namespace: 'default', taskToken, result: { payloads }, identity: this.identity });
  }

  async failActivity(taskToken: Uint8Array, failure: Failure): Promise<void> {
    await this.#service.respondActivityTaskFailed({ namespace: 'default', taskToken, failure, identity: this.identity });
  }

  async answerQuery(taskToken: Uint8Array, payloads: Payload[]): Promise<void> {
    await this.#service.respondQueryTaskCompleted({
      namespace: 'default',
      taskToken,
      completedType: proto.temporal.api.enums.v1.QueryResultType.QUERY_RESULT_TYPE_ANSWERED,
      queryResult: { payloads },
    });
  }

  async answerWorkflowTask(taskToken: Uint8Array, commands: proto.temporal.api.command.v1.ICommand[]): Promise<void> {
    await this.#service.respondWorkflowTaskCompleted({ namespace: 'default', taskToken, commands, identity: this.identity });
  }
}

/** A value as anybody writes it. */
export const plain = (...values: unknown[]): Payload[] => values.map((value) => defaultPayloadConverter.toPayload(value));

const bytes = (text: string) => Buffer.from(text);
const encoded = (encoding: string, more: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries({ encoding, ...more }).map(([name, text]) => [name, bytes(text)]));

/** Payloads that no reader can make anything of, or nothing that it expects. */
export const GARBAGE: Payload[][] = [
  [],
  [{}],
  [{ data: bytes('{}') }],
  [{ metadata: encoded('json/plain'), data: bytes('{"by":') }],
  [{ metadata: encoded('json/plain') }],
  [{ metadata: encoded('json/unheard-of'), data: bytes('{}') }],
  [{ metadata: encoded('json/protobuf', { messageType: 'some.Message' }), data: bytes('{}') }],
  [{ metadata: encoded('binary/protobuf', { messageType: 'some.Message' }), data: bytes('\u0001') }],
  [{ metadata: encoded('binary/plain'), data: bytes('by riley') }],
  [{ metadata: encoded('binary/encrypted'), data: bytes('short') }],
  [{ metadata: encoded('binary/encrypted', { 'encryption-key-id': 'unknown' }), data: Buffer.alloc(100) }],
  [{ metadata: encoded('binary/encrypted', { 'encryption-key-id': '__proto__', namespace: 'default', 'workflow-id': 'x' }) }],
  plain(null),
  plain(7),
  plain('approve'),
  plain([]),
  plain([null]),
  plain({}),
  plain({ by: 7, reason: [], gate: {}, opening: '1', planHash: null, items: 'all', overrides: 'none', collector: 1 }),
  plain({ by: 'riley', reason: 'r', gate: 'plan', opening: NaN, planHash: 'h' }),
  plain({ by: 'riley', reason: 'r', items: { count: 1, hash: 'h', only: [null, {}] }, means: 'x' }),
  plain({ by: 'riley', reason: 'r', items: [null, 7] }),
  plain({ by: 'riley', reason: 'r', overrides: [null, 'x', { item: 1 }] }),
  plain({ by: 'riley', reason: 'r', from: null, to: null }),
  plain({ by: 'riley\u001b[2J', reason: '\u202e', collector: '../../x', sealedOtp: 'a.b.c.d.e', statement: {} }),
  plain({ 'mepm-offboard:mark': { reason: 'plain', taken: true, value: { by: 'riley' } } }),
  plain({ 'mepm-offboard:mark': null }),
];
