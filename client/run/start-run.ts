import { readFileSync } from 'node:fs';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import proto from '@temporalio/proto';

import { parse as parseYaml } from 'yaml';
import { readManifest } from '../../model/manifest.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { tenantAttribute } from '../../workflows/search-attributes.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import type { OffboardingInput } from '../../workflows/run-state.ts';
import { refuseWhileRunning } from './opposing-run.ts';
import { requireWorker, type Session } from './session.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.ts';

export interface Started {
  handle: WorkflowHandle<typeof offboarding>;
  /** False when a run for this tenant was going on already. */
  isNew: boolean;
}

/** Reads a manifest file as it was written, after checking it. Throws OffboardError naming file, line, field and mend. */
export function rawManifest(file: string): OffboardingInput['manifest'] {
  readManifest(file);
  return parseYaml(readFileSync(file, 'utf8')) as OffboardingInput['manifest'];
}

/** Starts the run of a checked manifest, or attaches to the one that is going on. Throws OffboardError; then nothing was started. */
export async function startRun(
  session: Session,
  manifest: OffboardingInput['manifest'],
  startedBy: string,
  dryRun: boolean,
): Promise<Started> {
  await requireWorker(session);
  const tenant = manifest.tenant.id.toLowerCase();
  if (!dryRun) await refuseWhileRunning(session, workflowIdOf('restore', tenant), 'would give back what is removed');
  const workflowId = workflowIdOf(dryRun ? 'offboarding-dry-run' : 'offboarding', tenant);
  const searchAttributes = await registerSearchAttributes(session);
  try {
    const handle = await session.client.workflow.start<typeof offboarding>('offboarding', {
      workflowId,
      taskQueue: session.taskQueue,
      args: [{ manifest, startedBy, dryRun, searchAttributes }],
      staticSummary: `${dryRun ? 'Dry run: ' : ''}take Permissions Management out of tenant ${tenant}`,
      ...(searchAttributes ? { typedSearchAttributes: new TypedSearchAttributes([{ key: tenantAttribute, value: tenant }]) } : {}),
    });
    return { handle, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { handle: session.client.workflow.getHandle<typeof offboarding>(workflowId), isNew: false };
  }
}

/** Registers the search attributes where the server allows it. False where it does not: the run works without them. */
export async function registerSearchAttributes({ connection, client }: Session): Promise<boolean> {
  const namespace = client.options.namespace;
  const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  const names = Object.keys(SEARCH_ATTRIBUTES);
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => !customAttributes?.[name]);
    if (missing.length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((n) => [n, KEYWORD])),
      });
    }
    return true;
  } catch {
    return false;
  }
}
