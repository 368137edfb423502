import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TypedSearchAttributes } from '@temporalio/common';
import { ArtifactStore } from '../../activities/records/artifacts.ts';
import type { TakeInventoryResult } from '../../activities/discover/inventory.ts';
import type { DiscoveryScope } from '../../model/discovery.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import { step } from '../../model/next-step.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { homeOf } from '../../security/home.ts';
import type { discovery } from '../../workflows/discovery.ts';
import { progress } from '../../workflows/messages/index.ts';
import { tenantAttribute } from '../../workflows/search-attributes.ts';
import { workersKeys } from '../records/keys.ts';
import { retryingOf } from './retrying.ts';
import { requireWorker, type Session } from './session.ts';
import { registerSearchAttributes } from './start-run.ts';

type Handle = WorkflowHandle<typeof discovery>;

const EVERY_MS = 1_000;

/** Starts a tenant's discovery, or attaches to the one that is going on. Throws NoWorker; then nothing was started. */
export async function startDiscovery(session: Session, scope: DiscoveryScope, by?: string): Promise<{ handle: Handle; isNew: boolean }> {
  await requireWorker(session);
  const tenant = scope.tenant.id;
  const workflowId = workflowIdOf('discovery', tenant);
  const searchAttributes = await registerSearchAttributes(session);
  try {
    const handle = await session.client.workflow.start<typeof discovery>('discovery', {
      workflowId,
      taskQueue: session.taskQueue,
      args: [{ scope, ...(by === undefined ? {} : { by }) }],
      staticSummary: `look for what Permissions Management left in tenant ${tenant}; changes nothing`,
      ...(searchAttributes ? { typedSearchAttributes: new TypedSearchAttributes([{ key: tenantAttribute, value: tenant }]) } : {}),
    });
    return { handle, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { handle: session.client.workflow.getHandle<typeof discovery>(workflowId), isNew: false };
  }
}

/** Waits for the end of a discovery; `tell` hears how far it is and what is tried again, whenever that changes. */
export async function followDiscovery(session: Session, handle: Handle, tell: (line: string) => void): Promise<TakeInventoryResult> {
  const over = new AbortController();
  const telling = tellProgress(session, handle, tell, over.signal);
  try {
    return await resultOf(handle);
  } finally {
    over.abort();
    await telling;
  }
}

/** The result of a discovery that has ended, or once it ends. Throws RunNotFound, and what the worker refused. */
export async function resultOf(handle: Handle): Promise<TakeInventoryResult> {
  try {
    return await handle.result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new OffboardError('RunNotFound', `RUN: no workflow has the id ${handle.workflowId}; a discovery makes one`, {
        cause: error,
        next: [step('discover', '--tenant', 'ID', '--out', 'FOLDER')],
      });
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
    const code = cause instanceof ApplicationFailure && cause.type === 'Invalid' ? 'InvalidValue' : 'NotAllowed';
    throw new OffboardError(code, `RUN: the discovery ended without an inventory: ${cause?.message ?? error.message}`, { cause: error });
  }
}

/** Reads an inventory from the worker's artifacts. Throws RunNotFound where they are not on this machine. */
export async function inventoryAt(env: NodeJS.ProcessEnv, address: string): Promise<Inventory> {
  const { artifacts } = homeOf(env);
  if (!existsSync(join(artifacts, address)))
    throw new OffboardError('RunNotFound', `RUN: the inventory is not in ${artifacts}; set OFFBOARD_HOME to the worker's folder`);
  return await new ArtifactStore(artifacts, workersKeys(env)).get<Inventory>(address);
}

async function tellProgress(session: Session, handle: Handle, tell: (line: string) => void, over: AbortSignal): Promise<void> {
  let told = '';
  while (!over.aborted) {
    const line = await progressLine(session, handle).catch(() => undefined);
    if (line !== undefined && line !== told && !over.aborted) tell((told = line));
    await sleep(EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

async function progressLine(session: Session, handle: Handle): Promise<string> {
  const { stage, read, of } = await handle.query(progress);
  const [retrying] = await retryingOf(session, handle.workflowId);
  const again = retrying ? `; tried again (attempt ${retrying.attempt}): ${retrying.reason}` : '';
  return `${stage}${of > 0 ? `: ${read} of ${of} batches of systems are read` : ''}${again}`;
}
