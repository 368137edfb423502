import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Deps } from '../activities/deps.ts';
import { takesPlain } from '../model/policy.ts';
import { recordsQueue } from '../model/task-queue.ts';
import type { ConnectionSettings } from '../temporal/connect.ts';
import type { KeyRing } from '../security/keys.ts';
import { WorkerCodec } from '../security/worker-codec.ts';
import type { Deployment } from '../temporal/deployment.ts';
import { FAILURE_CONVERTER_PATH } from '../temporal/failure-converter-path.ts';
import { refusingPayloads } from './refuse-payloads.ts';

/** A worker for the offboarding, with the bundled workflows (`workflowBundle`). */
export async function createWorker(
  settings: ConnectionSettings,
  taskQueue: string,
  ring: KeyRing,
  deps: Deps,
  bundle: NonNullable<WorkerOptions['workflowBundle']>,
  deployment?: Deployment,
): Promise<{ worker: Together; connection: NativeConnection }> {
  const connection = await NativeConnection.connect({ ...settings.options, address: settings.address });
  const options: WorkerOptions = {
    connection,
    namespace: settings.namespace,
    taskQueue,
    activities: createActivities(deps),
    dataConverter: {
      failureConverterPath: FAILURE_CONVERTER_PATH,
      payloadCodecs: [new WorkerCodec(ring, { takesPlain: () => takesPlain(deps.policy) })],
    },
    interceptors: { activity: [refusingPayloads] },
    // Told to end, work ends between items at once: an item that was begun is finished and written down before the process ends, whatever that takes.
    shutdownGraceTime: 0,
    ...(deployment ? { workerDeploymentOptions: deployment } : {}),
    maxConcurrentActivityTaskExecutions: 40,
    // A request to pause or cancel reaches an activity with its next heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  };
  const worker = await Worker.create({ ...options, workflowBundle: bundle });
  // What must be done by a worker with a run's own records is sent there: docs/worker.md, "Two workers".
  const ofRecords = await Worker.create({ ...options, taskQueue: recordsQueue(taskQueue, await deps.journal.store.identity()) });
  return { worker: together([worker, ofRecords]), connection };
}

/** Several workers that begin and end as one. */
type Together = Pick<Worker, 'run' | 'shutdown'> & {
  /** Whether all of them poll: not yet before `run`, no more from the moment they are told to end. */
  polls(): boolean;
};

function together(workers: Worker[]): Together {
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const run = async () => {
    // One that fails takes the others with it.
    await Promise.all(workers.map((worker) => worker.run().finally(shutdown)));
  };
  return { run, shutdown, polls: () => workers.every((worker) => worker.getState() === 'RUNNING') };
}
