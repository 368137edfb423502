import { accessNow } from '../../model/access-that-stays.ts';
import { goesUnknowing, withExcluded } from '../../model/exclusion.ts';
import { planHashPieces, planPieces, refuseTooManyEarly, type Plan, type PlanInput } from '../../model/plan.ts';
import type { Facts, Finding } from '../../model/finding.ts';
import { batchesOf, type Batch } from '../../model/batch.ts';
import type { Ledger } from '../../model/ledger.ts';
import { normalItem } from '../../model/identity/native.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { PHASES, type Phase, type SystemId } from '../../model/names.ts';
import { OffboardError } from '../../model/errors.ts';
import { weightOf, type PlanWeight } from '../../model/plan-weight.ts';
import { firstOfAll } from '../../model/summary-words.ts';
import type { Outcome } from '../../model/outcome.ts';
import { effectivePolicy } from '../../model/policy.ts';
import type { Deps } from '../deps.ts';
import { piecewise } from '../piecewise.ts';
import { carryOver } from './carry-over.ts';
import { leftAlone } from './left-alone.ts';
import { judge, judgeAsIfUnread, judgeRead, type Judged } from '../discover/judge.ts';
import { reopenLapsed } from '../records/reopen.ts';
import { damagedRuns, earlierRun, currentPlan, quarantinedItems, resolvedIn } from '../records/plans.ts';
import { isQuarantined, quarantineOf } from '../look/kinds.ts';

export interface MakePlanInput {
  run: string;
  manifest: string;
  /** Addresses of Reading[] artifacts. */
  readings: string[];
}

export interface MakePlanResult {
  planHash: string;
  batches: Batch[];
  items: { phase: Phase; count: number }[];
  /** Whether a pilot's wave goes before the rest. */
  pilot: boolean;
  /** Told first of all, in words: what Permissions Management can still act as, and what the manifest leaves out. Absent for nothing. */
  first?: string[];
  /** What whoever decides looks at first. */
  weight?: PlanWeight;
  /** Systems nothing is known about. */
  unknown: SystemId[];
  /** Items of phase 3, in the plan's order. */
  collectors: string[];
  /** Items that an earlier plan had resolved and that were found again. */
  again: string[];
  /** Items that an earlier plan left unresolved and that are not there any more, by phase. */
  gone: { phase: Phase; outcome: Outcome }[];
}

/** A result stays small: the plan names all. */
const MOST_TOLD = 20;

export interface CheckBreakerInput extends MakePlanInput {
  /** How many systems the readings tell of, and how many there are. */
  read: { systems: number; of: number };
}

/**
 * Judges what was read so far, for whoever would read all of a large estate only to learn that there is more than the breaker allows. Throws OffboardError as
 * `makePlan` does; records nothing.
 */
export async function checkBreaker(deps: Deps, { read, ...input }: CheckBreakerInput): Promise<void> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const ledger = await deps.journal.ledger(input.run);
  const earlier = (await currentPlan(deps, ledger)) ?? (await planBefore(deps, input.run));
  const judged = await judgeRead(deps, manifest, input.readings, earlier?.facts);
  refuseTooManyEarly(await planInputOf(deps, input, manifest, ledger, judged, judged.match.findings), read);
}

/** Judges all snapshots, builds and freezes the plan, and makes it the one in force. */
export async function makePlan(deps: Deps, input: MakePlanInput): Promise<MakePlanResult> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const ledger = await deps.journal.ledger(input.run);
  // What somebody left in place whose word counts no longer is planned again.
  if (ledger.planHash !== undefined) await reopenLapsed(deps, { run: input.run, planHash: ledger.planHash });
  const earlier = (await currentPlan(deps, ledger)) ?? (await planBefore(deps, input.run));
  const judged = await judge(deps, manifest, input.readings, earlier?.facts);
  const { match, unknown, excluded } = judged;
  const readable = new Set(systemsOf(manifest).filter((s) => !unknown.some((u) => u.system === s)));
  // What today matches by name only may have been proved by what is gone meanwhile: an earlier plan's proof stands.
  const found = new Set(match.findings.filter((f) => f.confidence === 'certain').map((f) => f.id));
  const { findings: carried, gone } = await carryOver(deps, input.run, manifest, readable, found);
  await deps.journal.append(input.run, ...gone.map((g) => ({ type: 'outcome' as const, ...g })));
  const proved = new Set(carried.map((f) => f.id));
  const findings = await withOriginals(deps, ledger, [...match.findings.filter((f) => !proved.has(f.id)), ...carried]);
  const planInput = await planInputOf(deps, input, manifest, ledger, judged, findings);
  const made = await piecewise(planPieces(planInput));
  const unknowing =
    excluded.length === 0 ? [] : goesUnknowing(made, await planAsIfUnread(deps, input, planInput, earlier?.facts), excluded);
  const plan = withExcluded(made, excluded, unknowing);
  const access = accessNow({ plan, outcomes: ledger.outcomes, ended: false });
  const first = firstOfAll({ access, excluded }, MOST_TOLD);
  const again = plan.items.map((i) => i.id).filter((id) => resolvedIn(ledger, id));
  return {
    ...(await freeze(deps, input.run, plan, again)),
    gone,
    ...(first.length > 0 ? { first } : {}),
    weight: weightOf(plan),
    pilot: plan.pilot.length > 0,
    unknown: plan.unknown.map((u) => u.system),
    collectors: plan.items.filter((i) => i.phase === 'data-collection').map((i) => i.id),
  };
}

/** What a plan is made of: what was found, and all that people, the policy and the run's records say of it. */
async function planInputOf(
  deps: Deps,
  input: MakePlanInput,
  manifest: Manifest,
  ledger: Ledger,
  { match, unknown, facts, kindCounts, orders }: Judged,
  findings: Finding[],
): Promise<PlanInput> {
  const ours = new Set(findings.map((f) => f.id));
  const spelled = new Map([...ledger.outcomes.keys(), ...ours].map((id) => [normalItem(id), id]));
  const idOf = (written: string) => spelled.get(normalItem(written)) ?? written;
  const left = leftAlone(ledger);
  const decided = new Set(left.map((l) => normalItem(l.item)));
  const damaged = await damagedRuns(deps.journal, input.run);
  return {
    tenantId: manifest.tenant.id,
    manifestHash: input.manifest,
    findings,
    bystanders: match.bystanders.filter((s) => !ours.has(s.id)),
    unknown,
    protected: manifest.protected,
    overrides: [
      // One whose item is gone names nothing any more.
      ...manifest.overrides.filter((o) => !resolvedIn(ledger, idOf(o.item))),
      // What an amendment named was there then; what is not any more needs no override.
      ...ledger.overrides.filter((o) => ours.has(idOf(o.item))),
      // What an approver decided since stands.
    ].filter((o) => !decided.has(normalItem(o.item))),
    leftAlone: left,
    ...(ledger.adopted ? { adopted: ledger.adopted } : {}),
    ...(damaged.length > 0 ? { damaged } : {}),
    pilot: pilotOf(manifest),
    maxItems: effectivePolicy(deps.policy, manifest).maxItems,
    foreignThings: deps.policy.foreignThings ?? false,
    maxPercent: manifest.breakers.maxPercent,
    ...(manifest.mode === 'quarantine' ? { quarantine: { kinds: kindsWithQuarantine(deps), ms: manifest.waits.quarantine } } : {}),
    kindCounts,
    facts,
    orders,
  };
}

/** The same plan, had what the manifest leaves out been asked for in vain. */
async function planAsIfUnread(deps: Deps, input: MakePlanInput, made: PlanInput, earlier?: Facts): Promise<Plan> {
  const manifest = await deps.artifacts.get<Manifest>(input.manifest);
  const { match, unknown, facts } = await judgeAsIfUnread(deps, manifest, input.readings, earlier);
  const judged = new Map(match.findings.map((f) => [f.id, f]));
  const { quarantine: _, ...rest } = made;
  const asIf = { ...rest, findings: made.findings.map((f) => judged.get(f.id) ?? f), unknown, facts };
  return await piecewise(planPieces({ ...asIf, maxItems: Infinity, maxPercent: 100 }));
}

/** Stores a plan and makes it the one in force. `again`: items that an earlier plan had resolved. */
export async function freeze(
  { artifacts, journal }: Deps,
  run: string,
  plan: Plan,
  again: string[] = [],
): Promise<Pick<MakePlanResult, 'planHash' | 'batches' | 'items' | 'again'>> {
  const hash = await piecewise(planHashPieces(plan));
  if ((await journal.ledger(run)).planHash !== hash || again.length > 0) {
    const frozen = { planHash: hash, artifact: await artifacts.put(run, plan), items: plan.items.length };
    await journal.append(run, { type: 'plan', ...frozen, ...(again.length > 0 ? { again } : {}) });
  }
  const items = PHASES.map((phase) => ({ phase, count: plan.items.filter((i) => i.phase === phase).length }));
  return { planHash: hash, batches: batchesOf(plan), items, again };
}

/** The plan of the tenant's run before: what it knew to be ours proves more than today's snapshots alone. */
async function planBefore(deps: Deps, run: string): Promise<Plan | undefined> {
  const before = await earlierRun(deps.journal, run);
  return before === undefined ? undefined : await currentPlan(deps, await deps.journal.ledger(before));
}

function kindsWithQuarantine({ clouds }: Deps): Set<string> {
  return new Set(Object.values(clouds).flatMap((c) => c.kinds.filter((k) => k.quarantine).map((k) => k.name)));
}

/** What this run has in quarantine is planned as it was before, or a restore would bring back something that nobody can use. */
async function withOriginals(deps: Deps, ledger: Ledger, findings: Finding[]): Promise<Finding[]> {
  const originals = new Map((await quarantinedItems(deps, ledger)).map((i) => [i.id, i]));
  return findings.map((finding) => {
    const before = originals.get(finding.id);
    const quarantine = before && quarantineOf(deps, before);
    return quarantine && isQuarantined({ quarantine }, finding.snapshot, before.snapshot)
      ? { ...finding, snapshot: before.snapshot }
      : finding;
  });
}

/** Throws OffboardError for a pilot that is no system of the manifest: everything would go at once. */
function pilotOf(manifest: Manifest): string[] {
  const pilot = manifest.waves?.pilot ?? [];
  const known = new Set<string>(systemsOf(manifest));
  const stranger = pilot.find((system) => !known.has(system));
  if (stranger === undefined) return pilot;
  throw new OffboardError('InvalidValue', `waves.pilot: ${stranger} is not a system of the manifest; write it as a plan names it`);
}
