import { canonical, fingerprint, merkleRoot } from './canonical.ts';
import { OffboardError } from './errors.ts';
import type { Facts, Finding, Hold, Bystander } from './finding.ts';
import { combine } from './guards/combine.ts';
import { foreignAmong, foreignStays, foreignWarnings } from './guards/foreign.ts';
import { heldAsOwn, ourselves } from './guards/ourselves.ts';
import { accessThatStays, reachOf, type Reach } from './access-that-stays.ts';
import { itemsMeant, normalItem } from './identity/native.ts';
import { guardsOf } from './keep.ts';
import { unitsOf, type Unit } from './unit.ts';
import { systemType, type Phase, type Risk, type SystemId, type SystemType } from './names.ts';
import type { Orders } from './order.ts';
import { quarantineWarning, type QuarantineMode } from './quarantine.ts';
import { allAtOnce, type Pieces } from './pieces.ts';
import { adoptionWords, damagedWords, type Adopted } from './adoption.ts';
import { warningsOf } from './plan-warnings.ts';
import { compare, removalOrder } from './removal-order.ts';
import { NOT_SIGNED_IN, unreadForSignIn } from './sign-in.ts';

/** A finding that the plan removes, with its fingerprint and what stands before it. Shape of each `items[]` in a plan. */
export interface PlanItem extends Finding {
  /** SHA-256 (hex) of the canonical JSON of `snapshot`. */
  fingerprint: string;
  /** Ids of items that must be gone, or waived, before. */
  dependsOn: string[];
  /** A guard that holds the item until it is waived; absent when none, or when an override lifted it. */
  guard?: Hold;
  /** The guard that its override lifted: what holds it besides is decided by nobody. */
  lifted?: Hold;
  override?: string;
}

/** What the plan leaves in place, and why. */
export interface Untouched {
  system: SystemId;
  id: string;
  reason: string;
  /** What it allows, where it may be ours: only its name says so. */
  maybeOurs?: Risk;
}

/** A system that the manifest leaves out, and by which of its lines. Nothing is known of it: it counts neither as read nor as unread. */
export interface Excluded {
  system: SystemId;
  rule: string;
}

/** The frozen plan: what an approval covers. Sorted, so that two plans can be compared line by line. */
export interface Plan {
  version: 1;
  tenantId: string;
  /** SHA-256 (hex) of the canonical manifest it was made for. */
  manifestHash: string;
  items: PlanItem[];
  /** The stages of each cloud, in which its items go. */
  order: Orders;
  untouched: Untouched[];
  /** Systems that could not be read: nothing is known about them. Each also stands among the items as `unread-system`. */
  unknown: { system: SystemId; reason: string }[];
  /** What the manifest leaves out; absent for nothing. */
  excluded?: Excluded[];
  /** Of what is not planned, what Permissions Management has a way in to, and such ways: access that stays. Absent for none. */
  reach?: Reach[];
  /** What proved things to be ours when the plan was made. Once it is gone itself, it still proves what was overlooked. */
  facts: Facts;
  /** Systems whose permissions go first, a wave of their own; empty when all go at once. */
  pilot: string[];
  /** What an approver should know before anything else. */
  warnings: string[];
}

/** A kind of thing in one system, and how many of it there are, ours or not. */
export interface KindCount {
  system: SystemId;
  kind: string;
  seen: number;
}

/** A breaker's percentage says nothing of fewer things than this. */
const FEW = 10;

export interface PlanInput {
  tenantId: string;
  manifestHash: string;
  findings: Finding[];
  bystanders: Bystander[];
  unknown: { system: SystemId; reason: string }[];
  protected: string[];
  overrides: { item: string; reason: string }[];
  /** Items of an earlier plan of this run that need no second look: waived by an approver, or collectors confirmed deleted. */
  leftAlone: { item: string; reason: string; keeps?: Hold['keeps'] }[];
  /** The tenant's runs whose records are damaged. */
  damaged?: string[];
  /** The run that this one took over from. */
  adopted?: Adopted;
  /** Of the manifest's waves. */
  pilot: string[];
  maxItems: number;
  /** Whether the worker's policy lets an override remove what only the manifest's word connects with Permissions Management. */
  foreignThings?: boolean;
  /** Of the things of one kind in one system. */
  maxPercent: number;
  kindCounts: KindCount[];
  facts: Facts;
  orders: Orders;
  /** Things that can be denied or disabled first; undefined where the manifest does not say so. */
  quarantine?: QuarantineMode;
}

/** Whatever stays without a decision stays as it is, with everything that makes it work. */
const WAY = 'way' as const;

/** Why something of ours stays that the manifest protects. */
export const PROTECTED = 'protected by the manifest';

/** How the reason begins for which something stays that nothing but a name speaks for. */
export const BY_NAME_ONLY = 'matches by name only';

/** Kind of the item that stands for a system that could not be read. */
export const UNREAD_SYSTEM = 'unread-system';

/** Code of its hold, where it was not for want of a sign-in. */
export const UNREAD_CODE = 'UnreadSystem';

/** What of all that was found would go, and why the rest would not. */
interface Choice {
  candidates: Finding[];
  kept: Finding[];
  untouched: Untouched[];
  /** Of the worker's own. */
  own: ReadonlySet<string>;
  /** What only the manifest's word connects. */
  foreign: ReadonlySet<string>;
  overrides: ReadonlyMap<string, string>;
}

function choose(input: PlanInput): Choice {
  const untouched: Untouched[] = input.bystanders.map((s) => ({ system: s.system, id: s.id, reason: s.why }));
  const own = new Set(input.findings.filter((f) => heldAsOwn(f, input.facts)).map((f) => f.id));
  const candidates = [
    ...input.findings.map((f) => ({ ...f, ...combine(heldAsOwn(f, input.facts), f.hold) })),
    ...input.unknown.map((u) => unreadSystem(u.system, u.reason)),
  ];
  // What a person wrote means what was found, in whatever spelling.
  const spelled = new Map(candidates.map((f) => [normalItem(f.id), f.id]));
  const overrides = new Map(input.overrides.map((o) => [spelled.get(normalItem(o.item)) ?? o.item, o.reason]));
  const foreign = foreignAmong(candidates);
  const kept: Finding[] = [];
  const isProtected = itemsMeant(input.protected);
  const decided = new Map(input.leftAlone.toReversed().map((s) => [s.item, s.reason]));
  const units = unitsOf(input.findings.filter((f) => f.confidence === 'name-only'));
  for (const finding of candidates) {
    const reason = isProtected(finding.id)
      ? PROTECTED
      : reasonToLeave(finding, input, decided.get(finding.id), overrides, units(finding.id), foreign.has(finding.id));
    if (reason === undefined) kept.push(finding);
    else {
      const perhaps = finding.confidence === 'name-only' ? { maybeOurs: finding.risk } : {};
      untouched.push({ system: finding.system, id: finding.id, reason, ...perhaps });
    }
  }
  return { candidates, kept, untouched, own, foreign, overrides };
}

/**
 * Pure: whether what was read so far is more than the breaker allows already: more can only come. Throws OffboardError 'InvalidValue'. `read`: so many of how many
 * systems.
 */
export function refuseTooManyEarly(input: PlanInput, read: { systems: number; of: number }): void {
  refuseTooMany(choose(input).kept, input, ` in the ${read.systems} of ${read.of} systems that were read so far`);
}

function refuseTooMany(kept: Finding[], { maxItems }: PlanInput, where = ''): void {
  if (kept.length <= maxItems) return;
  throw new OffboardError(
    'InvalidValue',
    `breakers.maxItems: ${kept.length} items were found${where} and at most ${maxItems} are allowed; look at what was found, then raise the limit`,
  );
}

/**
 * Pure: findings to plan. Throws OffboardError 'InvalidValue' when an override names nothing that was found, or when there
 * are more items than the breaker allows.
 */
export function buildPlan(input: PlanInput): Plan {
  return allAtOnce(planPieces(input));
}

/** The same in pieces: a plan of ten thousand systems takes seconds, in which nothing else in the process would be done. */
export function* planPieces(input: PlanInput): Pieces<Plan> {
  const { candidates, kept, untouched, own, foreign, overrides } = choose(input);
  const keptIds = new Set(kept.map((f) => f.id));
  const missing = [...overrides.keys()].find((id) => own.has(id) || (!foreign.has(id) && !keptIds.has(id)));
  if (missing !== undefined) {
    throw new OffboardError(
      'InvalidValue',
      `overrides: ${missing} is not among what was found; copy the id from the plan or remove the override`,
    );
  }
  refuseTooMany(kept, input);
  refuseTooGreatAShare(kept, input);
  const leftAlone = new Map(input.leftAlone.map((s) => [s.item, s.keeps]));
  // What is ours perhaps, or protected, stays as surely as a stranger's: its whole way must stay, too, until a person says otherwise.
  const planned = new Set(kept);
  const unplanned = candidates.filter((f) => !planned.has(f));
  const unnamed = new Set(untouched.filter((u) => u.reason.startsWith(BY_NAME_ONLY)).map((u) => u.id));
  const staying = unplanned.map(({ hold: _, ...f }) => ({
    ...f,
    keeps: leftAlone.has(f.id) ? leftAlone.get(f.id) : WAY,
    ...(unnamed.has(f.id) ? { because: `it ${BY_NAME_ONLY} and stays: name it under overrides as well` } : {}),
  }));
  const others = [...input.bystanders.map((b) => ({ ...b, keeps: WAY })), ...staying];
  // Nothing is known of a system that could not be read: there is nothing an override could remove.
  const named = (finding: Finding) => overrides.has(finding.id) && finding.kind !== UNREAD_SYSTEM;
  yield;
  const guards = guardsOf(
    kept.map((finding) => ({ finding, lifted: named(finding) })),
    others,
  );
  const unlifted = guardsOf(
    kept.map((finding) => ({ finding, lifted: false })),
    kept.some(named) ? others : [],
  );
  yield;
  const usersOf = usersAmong(kept);
  const all: PlanItem[] = [];
  for (const finding of kept) {
    const plain = foreign.has(finding.id) ? finding : recognised(finding);
    all.push({
      ...toItem(plain, usersOf(finding), guards.get(finding.id), overrides.get(finding.id)),
      ...(named(finding) && unlifted.has(finding.id) ? { lifted: unlifted.get(finding.id) as Hold } : {}),
    });
    yield;
  }
  const items = removalOrder(withContents(all), input.orders);
  yield;
  const foreignNamed = candidates
    .filter((f) => foreign.has(f.id) && overrides.has(f.id))
    .map(({ id, title }) => ({ id, title, goes: keptIds.has(id) }));
  const reach = reachOf(unplanned, candidates);
  return {
    version: 1,
    tenantId: input.tenantId,
    manifestHash: input.manifestHash,
    items,
    order: input.orders,
    untouched: untouched.toSorted((a, b) => compare(a.system, b.system) || compare(a.id, b.id)),
    unknown: input.unknown.toSorted((a, b) => compare(a.system, b.system)),
    ...(reach.length > 0 ? { reach } : {}),
    facts: input.facts,
    pilot: input.pilot.toSorted(),
    warnings: [
      ...(input.adopted ? [adoptionWords(input.adopted)] : []),
      ...(input.damaged ?? []).map(damagedWords),
      ...foreignWarnings(foreignNamed),
      ...accessThatStays(
        [...unplanned, ...items.filter((i) => i.guard)],
        items.filter((i) => !i.guard),
      ),
      ...warningsOf(input),
      ...quarantineWarning(items, input.quarantine),
    ],
  };
}

/** The plan's hash: Merkle root over its head (everything but the items) and each item, as canonical JSON. */
export function planHash(plan: Plan): string {
  return allAtOnce(planHashPieces(plan));
}

/** The same in pieces. */
export function* planHashPieces({ items, ...head }: Plan): Pieces<string> {
  const leaves = [canonical(head)];
  for (const item of items) {
    yield;
    leaves.push(canonical(item));
  }
  return merkleRoot(leaves);
}

/** A rule that matches nearly everything there is of a kind is more likely wrong than right. */
function refuseTooGreatAShare(kept: Finding[], { kindCounts, maxPercent }: PlanInput): void {
  const counts = new Map<string, number>();
  for (const { system, kind } of kept) counts.set(`${kind} ${system}`, (counts.get(`${kind} ${system}`) ?? 0) + 1);
  for (const { system, kind, seen } of kindCounts) {
    const planned = counts.get(`${kind} ${system}`) ?? 0;
    if (seen < FEW || planned * 100 <= seen * maxPercent) continue;
    throw new OffboardError(
      'InvalidValue',
      `breakers.maxPercent: ${planned} of ${seen} things of the kind ${kind} in ${system} would go, and at most ${maxPercent} percent are allowed; look at what was found, then raise the limit`,
    );
  }
}

/** What an earlier plan saw connected stays so, once what connected it is gone. */
function recognised({ onlyNamed: _, ...finding }: Finding): Finding {
  return finding;
}

function reasonToLeave(
  finding: Finding,
  input: PlanInput,
  decided: string | undefined,
  overrides: ReadonlyMap<string, string>,
  unit: Unit,
  foreign: boolean,
): string | undefined {
  const own = ourselves(finding, input.facts);
  if (own !== undefined && finding.ownStep === undefined) return own;
  if (decided !== undefined) return decided;
  if (foreign && !(input.foreignThings && overrides.has(finding.id))) return foreignStays(finding.why, input.foreignThings ?? false);
  if (finding.confidence === 'name-only' && !overrides.has(finding.id)) {
    return `${BY_NAME_ONLY} (${finding.why.join('; ')}); to remove it, name it under overrides with a reason${belonging(unit)}`;
  }
  return undefined;
}

/** So many of what belongs to something are named with it; each is told by itself, too. */
const MOST_NAMED = 20;

/** An override of one thing is mostly meant for what belongs to it as well. */
function belonging({ count, first }: Unit): string {
  if (count === 0) return '';
  const more = count > MOST_NAMED ? ` and ${count - MOST_NAMED} more` : '';
  return `; with it belong ${first(MOST_NAMED).join(', ')}${more}: name those as well that are to go`;
}

function toItem(finding: Finding, users: readonly string[], guard: Hold | undefined, override: string | undefined): PlanItem {
  return {
    ...finding,
    fingerprint: fingerprint(finding.snapshot),
    dependsOn: users.toSorted(),
    ...(guard ? { guard } : {}),
    ...(override === undefined ? {} : { override }),
  };
}

/** By finding, the ids of the others that use what it provides, or may. A system that could not be read may hold a user of anything that systems of its type use. */
function usersAmong(kept: readonly Finding[]): (finding: Finding) => string[] {
  const users = new Map<string, Finding[]>();
  for (const one of kept) for (const token of new Set(one.uses)) push(users, token, one);
  const unread = Map.groupBy(
    kept.filter((f) => f.kind === UNREAD_SYSTEM),
    (f) => systemType(f.system),
  );
  return ({ id, system, provides }) => {
    const all = new Set(provides.flatMap((token) => users.get(token) ?? []));
    for (const [type, systems] of unread) {
      if (!provides.some((token) => token.startsWith(`${type}:`))) continue;
      for (const one of systems) if (one.system !== system) all.add(one);
    }
    return [...all].map((f) => f.id).filter((other) => other !== id);
  };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}

/** What takes others along waits for all they wait for, and they for it. */
function withContents(items: PlanItem[]): PlanItem[] {
  const byId = new Map(items.map((i) => [i.id, i]));
  const containersOf = new Map<string, string[]>();
  for (const { id, contains = [] } of items) for (const content of new Set(contains)) push(containersOf, content, id);
  return items.map((item) => {
    const containers = containersOf.get(item.id) ?? [];
    if (!item.contains) return containers.length === 0 ? item : { ...item, dependsOn: [...item.dependsOn, ...containers].toSorted() };
    const own = new Set([item.id, ...item.contains]);
    const waitsFor = [item, ...item.contains.flatMap((id) => byId.get(id) ?? [])].flatMap((i) => i.dependsOn);
    return { ...item, dependsOn: [...new Set(waitsFor)].filter((id) => !own.has(id)).toSorted() };
  });
}

function unreadSystem(system: SystemId, reason: string): Finding {
  const phases: Record<SystemType, Phase> = {
    aws: 'permissions',
    azure: 'permissions',
    gcp: 'permissions',
    entra: 'oidc-applications',
    portal: 'data-collection',
  };
  const signIn = unreadForSignIn(reason);
  const mend = signIn
    ? 'mend the sign-in and amend the plan'
    : 'mend the access and amend the plan, or waive it: the run goes on, but cannot end as completed';
  return {
    kind: UNREAD_SYSTEM,
    system,
    id: `${UNREAD_SYSTEM}:${system}`,
    title: `${system} could not be read`,
    phase: phases[systemType(system)],
    why: ['the manifest names it'],
    confidence: 'certain',
    risk: 'none',
    stage: UNREAD_SYSTEM,
    snapshot: { reason },
    provides: [],
    uses: [],
    hold: { code: signIn ? NOT_SIGNED_IN : UNREAD_CODE, reason: `${reason}; nothing is known about what it holds: ${mend}` },
  };
}
