import { setTimeout as sleep } from 'node:timers/promises';
import { Client, WorkflowNotFoundError, type Connection, type WorkflowExecutionDescription } from '@temporalio/client';
import type { JWK } from 'jose';
import { OffboardError, undefinedIf } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { ClientCodec } from '../../security/client-codec.ts';
import { workersKeys } from '../../security/keys.ts';
import type { Terminal } from './sign-in.ts';
import { signerOf, type Sign } from './sign.ts';
import {
  connect,
  connectionSettings,
  demandServed,
  profileSought,
  reach,
  taskQueueOf,
  type ConnectionSettings,
} from '../../temporal/connect.ts';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';

/** A connection to Temporal with the payload keys of this machine. */
export interface Session {
  client: Client;
  connection: Connection;
  taskQueue: string;
  /** Signs a statement as whoever types; absent where no key is named. */
  sign?: Sign;
  /** Has whoever types sign in, where the worker says so; absent where nobody is there to be told. */
  terminal?: Terminal;
  /** Signing in was asked for, whatever a run says. */
  signsIn?: true;
  /** Demands that this is the workers' key for one-time passwords. Throws AnswerRefused. */
  demandKnown(key: JWK): Promise<void>;
  close(): Promise<void>;
}

/** A worker polls at least once a minute; one that was not seen for longer is gone. */
const POLLER_SEEN_MS = 90_000;

/** The environment, and where whoever types reads and writes. */
type Given = Pick<Terminal, 'env'> & Partial<Terminal>;

/** Connects to the server that the environment or a profile names. Throws NoServer, NoKeys. */
export async function openSession(env: NodeJS.ProcessEnv): Promise<Session> {
  return await sessionBy(connect, settingsIn(env), env);
}

function settingsIn(env: NodeJS.ProcessEnv): ConnectionSettings {
  const settings = connectionSettings(env);
  if (!settings) {
    const message = `no Temporal server is named: ${profileSought(env)}; set TEMPORAL_ADDRESS (a demonstration brings its own)`;
    throw new OffboardError('NoServer', message, { next: [step('demo')] });
  }
  return settings;
}

async function sessionBy(by: typeof reach, settings: ConnectionSettings, env: NodeJS.ProcessEnv, terminal?: Terminal): Promise<Session> {
  const codec = new ClientCodec(workersKeys(env));
  const connection = await by(settings);
  const dataConverter = { failureConverterPath: FAILURE_CONVERTER_PATH, payloadCodecs: [codec] };
  const client = new Client({ connection, namespace: settings.namespace, dataConverter });
  const signsIn = env['OFFBOARD_SIGN_IN'] === '1';
  const sign = signsIn ? undefined : signerOf(env);
  const taskQueue = taskQueueOf(env);
  const { address, namespace } = settings;
  return {
    client,
    connection,
    taskQueue,
    demandKnown: async (key) => {
      // Needed by one command.
      const { demandKnownKey } = await import('../../security/known-key.ts');
      await demandKnownKey(key, { address, namespace, taskQueue }, env);
    },
    ...(sign ? { sign } : {}),
    ...(terminal ? { terminal } : {}),
    ...(signsIn ? { signsIn } : {}),
    close: () => connection.close(),
  };
}

/** Runs with a session that is closed afterwards. Whether the server is one of Temporal's, and has the namespace, is asked where the work fails. Throws NoServer, NoKeys. */
export async function withSession<T>({ env, err, stdin, interactive }: Given, work: (session: Session) => Promise<T>): Promise<T> {
  const settings = settingsIn(env);
  const session = await sessionBy(reach, settings, env, err && stdin ? { env, err, stdin, interactive: interactive === true } : undefined);
  try {
    return await work(session);
  } catch (error) {
    await demandServed(session.connection, settings);
    throw error;
  } finally {
    await session.close();
  }
}

/** What Temporal knows of a workflow; undefined for an id that it does not know. */
export async function describeIfKnown({ client }: Session, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  return await handle.describe().catch(undefinedIf((error) => error instanceof WorkflowNotFoundError));
}

/** A worker that has just started is not listed at once. */
const WORKER_WITHIN_MS = 2_000;

/** Throws NoWorker when nobody polls the task queue: what is sent would wait unseen. */
export async function requireWorker(session: Session): Promise<void> {
  if (await hasWorker(session)) return;
  const mend = 'start one (npm run worker) with the same OFFBOARD_TASK_QUEUE';
  throw new OffboardError('NoWorker', `no worker polls the task queue ${session.taskQueue}; ${mend}`);
}

/** Whether somebody polls the task queue, or begins to within a moment. */
export async function hasWorker(session: Session): Promise<boolean> {
  const deadline = Date.now() + WORKER_WITHIN_MS;
  while (!(await isPolled(session))) {
    if (Date.now() > deadline) return false;
    await sleep(250);
  }
  return true;
}

async function isPolled({ client, connection, taskQueue }: Session): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  return (pollers ?? []).some((p) => Date.now() - Number(p.lastAccessTime?.seconds ?? 0) * 1_000 < POLLER_SEEN_MS);
}
