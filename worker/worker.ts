import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Deps } from '../activities/deps.ts';
import type { ConnectionSettings } from '../temporal/connect.ts';
import { EncryptionCodec } from '../security/codec.ts';
import type { KeyRing } from '../security/keys.ts';

export const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** A worker for the offboarding. `bundle` may bring a prebuilt workflow bundle; without it the workflows are bundled at start. */
export async function createWorker(
  settings: ConnectionSettings,
  taskQueue: string,
  ring: KeyRing,
  deps: Deps,
  bundle?: NonNullable<WorkerOptions['workflowBundle']>,
): Promise<{ worker: Worker; connection: NativeConnection }> {
  const connection = await NativeConnection.connect({ ...settings.options, address: settings.address });
  const worker = await Worker.create({
    connection,
    namespace: settings.namespace,
    taskQueue,
    ...(bundle ? { workflowBundle: bundle } : { workflowsPath: WORKFLOWS_PATH }),
    activities: createActivities(deps),
    dataConverter: { payloadCodecs: [new EncryptionCodec(ring)] },
    // A removal under way is finished and written down before the process ends.
    shutdownGraceTime: '30s',
    maxConcurrentActivityTaskExecutions: 40,
    // A request to pause or cancel reaches an activity with its next heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  });
  return { worker, connection };
}
