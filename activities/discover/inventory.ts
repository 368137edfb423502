import { DiscoveryScopeSchema, foundScope } from '../../model/discovery.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Facts } from '../../model/finding.ts';
import { inventoryOf } from '../../model/inventory-of.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { planPieces, type Plan, type PlanInput } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import { piecewise } from '../piecewise.ts';
import type { Described } from '../cloud.ts';
import { visibleIn } from '../../model/visible.ts';
import type { Reading } from './read.ts';
import { guideNotes } from './guide-notes.ts';
import { judge, type Judged } from './judge.ts';
import { lastPlanned, currentPlan } from '../records/plans.ts';

export interface TakeInventoryInput {
  run: string;
  /** As it was asked for. */
  scope: unknown;
  /** Who asked. */
  by?: string;
  /** Address of the manifest with a list in place of each `all`. */
  manifest: string;
  /** Addresses of Reading[] artifacts. */
  readings: string[];
  /** Address of Described[]. */
  described: string;
}

export interface TakeInventoryResult {
  /** Address of the Inventory among the artifacts: it may be too large for Temporal. */
  inventory: string;
  systems: number;
  unknown: number;
  certain: number;
  nameOnly: number;
}

/** Judges all snapshots as a run's plan would, and adds what the guide has people note before migrating. */
export async function takeInventory(deps: Deps, input: TakeInventoryInput): Promise<TakeInventoryResult> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const notes = visibleIn(await guideNotes(deps, manifest));
  const judged = await judge(deps, manifest, input.readings, await earlierFacts(deps, manifest.tenant.id));
  const readings = (await Promise.all(input.readings.map((a) => deps.artifacts.get<Reading[]>(a)))).flat();
  const leftOut = readings.flatMap((r) => ('leftOut' in r ? [{ system: r.system, reason: r.leftOut }] : []));
  const { plan, breaker } = await planned(manifest, judged, new Set(leftOut.map((l) => l.system)));
  const inventory = inventoryOf({
    takenAt: new Date().toISOString(),
    ...(input.by === undefined ? {} : { by: input.by }),
    scope: foundScope(DiscoveryScopeSchema.parse(input.scope), manifest),
    systems: systemsOf(manifest),
    described: await deps.artifacts.get<Described[]>(input.described),
    findings: judged.match.findings,
    plan,
    left: leftOut,
    excluded: judged.excluded,
    portal: manifest.collectors,
    notes,
    ...(breaker === undefined ? {} : { breaker }),
  });
  return {
    inventory: await deps.artifacts.put(input.run, inventory),
    systems: inventory.systems.length,
    unknown: inventory.unknown.length,
    certain: inventory.findings.filter((f) => f.confidence === 'certain').length,
    nameOnly: inventory.findings.filter((f) => f.confidence === 'name-only').length,
  };
}

/** Once the OIDC role is gone, only what an earlier run knew of it explains the roles that trusted it. */
async function earlierFacts(deps: Deps, tenantId: string): Promise<Facts | undefined> {
  const run = await lastPlanned(deps.journal, workflowIdOf('offboarding', tenantId));
  return run === undefined ? undefined : (await currentPlan(deps, await deps.journal.ledger(run)))?.facts;
}

/** The plan of all that was found; `breaker` when the usual limits would refuse it. */
async function planned(
  manifest: Manifest,
  { match, unknown, facts, kindCounts, orders }: Judged,
  leftOut: Set<string>,
): Promise<{ plan: Plan; breaker?: string }> {
  const ours = new Set(match.findings.map((f) => f.id));
  const input: PlanInput = {
    tenantId: manifest.tenant.id,
    manifestHash: '',
    findings: match.findings,
    bystanders: match.bystanders.filter((s) => !ours.has(s.id) && !leftOut.has(s.system)),
    unknown,
    protected: [],
    overrides: [],
    leftAlone: [],
    pilot: [],
    ...manifest.breakers,
    kindCounts,
    facts,
    orders,
  };
  try {
    return { plan: await piecewise(planPieces(input)) };
  } catch (error) {
    if (!(error instanceof OffboardError)) throw error;
    return { plan: await piecewise(planPieces({ ...input, maxItems: Infinity, maxPercent: 100 })), breaker: error.message };
  }
}
