import { WorkflowExecutionAlreadyStartedError, type Workflow, type WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { DiscoveryScope } from '../../model/discovery.ts';
import { OffboardError } from '../../model/errors.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { spell, step } from '../../model/next-step.ts';
import { workflowIdIn, workflowIdOf, type RunSort } from '../../model/run-name.ts';
import { registerSearchAttributes } from '../../temporal/search-attributes.ts';
import type { discovery } from '../../workflows/discovery.ts';
import { tenantAttribute } from '../../workflows/search-attributes.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import type { restore, RestoreInput } from '../../workflows/restore.ts';
import type { OffboardingInput } from '../../workflows/run-state.ts';
import { liftEndedMessage, restoreMessage, startMessage } from '../../model/messages/start.ts';
import { beginProof } from './prove.ts';
import { describeIfKnown, requireWorker, type Session } from './session.ts';

/** A workflow that was started, or that was going on for its tenant already. */
export interface Started<W extends Workflow> {
  handle: WorkflowHandle<W>;
  isNew: boolean;
}

/** Starts the run of a checked manifest, or attaches to the tenant's. Throws NoWorker, NotAllowed; then nothing was started. */
export async function startRun(
  session: Session,
  manifest: OffboardingInput['manifest'],
  startedBy: string,
  { dryRun, ...adopting }: Pick<OffboardingInput, 'dryRun' | 'adopt' | 'oldTemporalGone'>,
): Promise<Started<typeof offboarding>> {
  const tenant = manifest.tenant.id.toLowerCase();
  return await startOrAttach<typeof offboarding>(session, tenant, {
    workflow: 'offboarding',
    sort: dryRun ? 'offboarding-dry-run' : 'offboarding',
    ...(dryRun ? {} : { notBeside: { sort: 'restore', harm: 'would give back what is removed' } }),
    summary: `${dryRun ? 'Dry run: ' : ''}take Permissions Management out of tenant ${tenant}`,
    args: async (workflowId, searchAttributes) => {
      const said = startMessage({ manifest: ManifestSchema.parse(manifest), by: startedBy, dryRun, ...adopting });
      const proof = await beginProof(session, workflowId, 'start', said, { demanded: manifest.identity });
      return [{ manifest, startedBy, dryRun, ...adopting, ...proof, searchAttributes }];
    },
  });
}

/** Starts a restore, or attaches to the tenant's. Throws NoWorker, NotAllowed; then nothing was started. */
export async function startRestore(session: Session, input: Omit<RestoreInput, 'searchAttributes'>): Promise<Started<typeof restore>> {
  return await startOrAttach<typeof restore>(session, input.tenantId.toLowerCase(), {
    workflow: 'restore',
    sort: input.dryRun ? 'restore-dry-run' : 'restore',
    ...(input.dryRun ? {} : { notBeside: { sort: 'offboarding', harm: 'would remove again what is given back' } }),
    summary: `${input.dryRun ? 'Dry run: ' : ''}give back what ${input.restores} ${input.lift ? 'left in quarantine' : 'removed'}`,
    args: async (workflowId, searchAttributes) => {
      const { lift, startedBy: by } = input;
      const said = lift ? liftEndedMessage({ ...input, ...lift, by }) : restoreMessage({ ...input, by });
      const proof = await beginProof(session, workflowId, lift ? 'lift' : 'restore', said, { like: workflowIdIn(input.restores) });
      return [{ ...input, ...proof, searchAttributes }];
    },
  });
}

/** Starts a tenant's discovery, or attaches to the one that is going on. Throws NoWorker; then nothing was started. */
export async function startDiscovery(session: Session, scope: DiscoveryScope, by?: string): Promise<Started<typeof discovery>> {
  const tenant = scope.tenant.id;
  return await startOrAttach<typeof discovery>(session, tenant, {
    workflow: 'discovery',
    sort: 'discovery',
    summary: `look for what Permissions Management left in tenant ${tenant}; changes nothing`,
    args: () => [{ scope, ...(by === undefined ? {} : { by }) }],
  });
}

interface Start<W extends Workflow> {
  workflow: string;
  /** One of them goes on for a tenant at a time. */
  sort: RunSort;
  /** What must not go on for the tenant meanwhile, and the harm it would do. */
  notBeside?: { sort: RunSort; harm: string };
  /** For the Temporal UI. */
  summary: string;
  /** `searchAttributes`: whether the server knows them. */
  args(workflowId: string, searchAttributes: boolean): Promise<Parameters<W>> | Parameters<W>;
}

async function startOrAttach<W extends Workflow>(session: Session, tenant: string, start: Start<W>): Promise<Started<W>> {
  const { client, connection, taskQueue } = session;
  const workflowId = workflowIdOf(start.sort, tenant);
  await requireWorker(session);
  if (start.notBeside) await refuseWhileRunning(session, workflowIdOf(start.notBeside.sort, tenant), start.notBeside.harm);
  const known = await registerSearchAttributes(connection, client.options.namespace);
  const attach = (isNew: boolean) => ({ handle: client.workflow.getHandle<W>(workflowId), isNew });
  try {
    await client.workflow.start<Workflow>(start.workflow, {
      workflowId,
      taskQueue,
      args: await start.args(workflowId, known),
      staticSummary: start.summary,
      staticDetails: detailsOf(start.sort, workflowId),
      ...(known ? { typedSearchAttributes: new TypedSearchAttributes([{ key: tenantAttribute, value: tenant }]) } : {}),
    });
    return attach(true);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return attach(false);
  }
}

/** For the Temporal UI: what such a run is, and how one decides; what it waits for now stands beside it. */
function detailsOf(sort: RunSort, workflowId: string): string {
  const what: Record<RunSort, string> = {
    offboarding:
      'Takes Microsoft Entra Permissions Management out of a tenant, in the four phases of Microsoft’s guide. Nothing is removed before its plan is approved, no data collector is deleted before a second approval and a one-time password.',
    'offboarding-dry-run': 'Makes the plan of an offboarding, and changes nothing.',
    restore: 'Gives back what an offboarding removed. Nothing is given back before its plan is approved.',
    'restore-dry-run': 'Makes the plan of a restore, and changes nothing.',
    discovery: 'Looks for what Permissions Management left in a tenant, and changes nothing.',
  };
  const decides =
    sort === 'offboarding' || sort === 'restore'
      ? 'What it waits for, for whom, until when, and what to type stands under _Current Details_. An approval names the gate, its opening and the hash of the plan; silence approves nothing, and a gate that nobody answers closes as denied. Anybody may pause or cancel.'
      : 'It asks nobody for anything.';
  return `**What this is:** ${what[sort]}\n\n**How one decides:** ${decides}\n\n\`${spell(step('status', workflowId))}\``;
}

/** One run that takes away and one that gives back would undo each other's work. Throws NotAllowed while the other goes on. */
async function refuseWhileRunning(session: Session, workflowId: string, harm: string): Promise<void> {
  const described = await describeIfKnown(session, workflowId);
  if (described?.status.name !== 'RUNNING') return;
  throw new OffboardError('NotAllowed', `${workflowId} is going on and ${harm}; let it end, or cancel it`, {
    next: [step('cancel', workflowId, '--by', 'NAME')],
  });
}
