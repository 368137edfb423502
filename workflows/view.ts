import { workflowInfo } from '@temporalio/workflow';
import { PHASES } from '../model/names.ts';
import { countPhase } from '../model/outcome.ts';
import { awaitingCollector, awaitingGate, awaitingItems, awaitingQuarantine, awaitingTime } from './awaiting.ts';
import type { Awaiting, RunView } from './messages.ts';
import type { Run } from './run.ts';

/** Pure: a run as the `status` query and the Temporal UI show it. */
export function viewOf(run: Run): RunView {
  const { workflowId } = workflowInfo();
  const defined = {
    ...(run.input.restores === undefined ? {} : { restores: run.input.restores }),
    ...(run.plan ? { planHash: run.plan.planHash } : {}),
    ...(run.gate ? { gate: run.gate } : {}),
    ...(run.gateOutcome ? { gateOutcome: run.gateOutcome } : {}),
    ...(run.lastRefusal === undefined ? {} : { lastRefusal: run.lastRefusal }),
    ...(run.started ? { otpPublicKey: run.started.otpPublicKey, manifest: run.started.manifest } : {}),
  };
  return {
    workflowId,
    run: run.id,
    tenantId: run.input.manifest.tenant.id,
    startedBy: run.input.startedBy,
    dryRun: run.input.dryRun,
    stage: run.stage,
    paused: run.paused,
    status: run.status,
    planned: run.plan?.items ?? [],
    counts: PHASES.map((phase) =>
      countPhase(
        phase,
        [...run.outcomes.values()].filter((o) => o.phase === phase),
        run.waived,
      ),
    ),
    unknown: run.plan?.unknown ?? [],
    awaiting: awaitingOf(run, workflowId),
    unresolved: PHASES.flatMap((phase) => run.unresolved(phase)),
    collectors: [...run.collectors.values()],
    ...defined,
  };
}

function awaitingOf(run: Run, workflowId: string): Awaiting[] {
  const approvers = (run.started?.approvers ?? []).filter((a) => a !== run.input.startedBy).join(' or ');
  const awaiting: Awaiting[] = [];
  if (run.gate && !run.gateOutcome) awaiting.push(awaitingGate(run.gate, workflowId, approvers));
  if (run.idling) awaiting.push(run.watching ? awaitingQuarantine(run.idling, workflowId) : awaitingTime(run.idling, workflowId));
  const unresolved = PHASES.flatMap((phase) => run.unresolved(phase)).length;
  if (run.settling && unresolved > 0)
    awaiting.push(awaitingItems(unresolved, workflowId, approvers, run.personUntil, run.input.restores === undefined));
  for (const c of run.collectors.values()) {
    if (c.stage !== 'settled') awaiting.push(awaitingCollector(c, workflowId, run.personUntil));
  }
  return awaiting;
}
