import type { CollectorView } from '../model/messages/collector.ts';
import type { RunView } from '../model/messages/status.ts';
import { PHASES } from '../model/names.ts';
import { countPhase, OTP_EXHAUSTED } from '../model/outcome.ts';
import { awaited, collectorView } from '../model/waiting.ts';
import { allUnresolved, type RunState } from './run-state.ts';

/** Pure: a run as the `status` query and the Temporal UI show it. */
export function viewOf(run: RunState): RunView {
  const [gate] = awaited(run.waiting, 'gate');
  const first = run.first ?? run.plan?.first ?? [];
  return {
    workflowId: run.workflowId,
    run: run.id,
    tenantId: run.input.manifest.tenant.id,
    startedBy: run.input.startedBy,
    dryRun: run.input.dryRun,
    stage: run.stage,
    // Whoever cancels it has stopped it, too.
    paused: run.paused && run.stage !== 'evidence' && run.stage !== 'ended',
    status: run.status,
    ...(run.ended ? { ended: run.ended } : {}),
    planned: run.plan?.items ?? [],
    counts: PHASES.map((phase) =>
      countPhase(
        phase,
        [...run.outcomes.values()].filter((o) => o.phase === phase),
        run.waived,
      ),
    ),
    ...(run.plan?.weight ? { weight: run.plan.weight } : {}),
    unknown: run.plan?.unknown ?? [],
    ...(first.length > 0 ? { first } : {}),
    awaiting: run.waiting,
    unresolved: allUnresolved(run),
    collectors: collectorViews(run),
    ...(run.input.restores === undefined ? {} : { restores: run.input.restores }),
    ...(run.plan ? { planHash: run.plan.planHash } : {}),
    ...(gate ? { gate: gate.open } : {}),
    ...(run.gateOutcome ? { gateOutcome: run.gateOutcome } : {}),
    ...(run.maybeOurs ? { maybeOurs: run.maybeOurs } : {}),
    ...(run.lastRefusal === undefined ? {} : { lastRefusal: run.lastRefusal }),
    ...(run.untold === undefined ? {} : { untold: run.untold }),
    ...(run.refusedUnread === 0 ? {} : { refusedUnread: run.refusedUnread }),
    ...(run.started ? { identity: run.started.identity, otpPublicKey: run.started.otpPublicKey, manifest: run.started.manifest } : {}),
  };
}

export const COLLECTOR_PREFIX = 'data-collector:';

/** Collectors that are waited for, then those something came of. */
function collectorViews(run: RunState): CollectorView[] {
  const waited = awaited(run.waiting, 'collector');
  return (run.plan?.collectors ?? []).flatMap((item) => {
    const waits = waited.find((w) => w.item === item);
    return waits ? [collectorView(waits)] : settledCollector(run, item);
  });
}

/** A collector of the plan that is not waited for, once something came of it. */
export function settledCollector(run: RunState, item: string): CollectorView[] {
  const outcome = run.outcomes.get(item);
  if (!outcome || !item.startsWith(COLLECTOR_PREFIX)) return [];
  const id = item.slice(COLLECTOR_PREFIX.length);
  const { driver, recipient } = collectorNamed(run, id);
  const locked = outcome.code === OTP_EXHAUSTED && !run.waived.has(item);
  return [{ item, id, driver, recipient, stage: locked ? 'locked' : 'settled' }];
}

/** What the manifest says of a collector; one that it does not name was found in the portal. */
export function collectorNamed({ started }: RunState, id: string): Pick<CollectorView, 'driver' | 'recipient'> {
  const known = started?.collectors.find((c) => c.id === id);
  return { driver: known?.driver ?? 'http', recipient: known?.recipient ?? 'unknown' };
}
