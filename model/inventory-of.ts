import { cloudOfAudience, type DiscoveryScope } from './discovery.ts';
import type { Finding } from './finding.ts';
import { ourselves } from './guards/ourselves.ts';
import { authorizationSystem, isReached, type GuideNotes, type Inventory, type InventoryFinding } from './inventory.ts';
import type { Manifest } from './manifest.ts';
import { PHASES, RISKS, systemType, type CollectorType, type SystemId } from './names.ts';
import type { Excluded, Plan } from './plan.ts';
import { compare } from './removal-order.ts';

export interface InventoryInput {
  takenAt: string;
  by?: string;
  scope: DiscoveryScope;
  /** Named one by one. */
  systems: SystemId[];
  described: { system: SystemId; name?: string; parent?: SystemId }[];
  findings: Finding[];
  /** Of all that was found. */
  plan: Plan;
  left: { system: SystemId; reason: string }[];
  /** What the scope leaves out. */
  excluded: Excluded[];
  /** The collectors that the portal lists. */
  portal: Manifest['collectors'];
  notes: GuideNotes;
  breaker?: string;
}

/** Pure: what was found, in the order a person reads it, with what the guide has people note. */
export function inventoryOf(input: InventoryInput): Inventory {
  const { scope, plan, notes, left } = input;
  const findings = findingsOf(input);
  const ids = new Set(findings.map((f) => f.id));
  const unknown = [...plan.unknown];
  if (notes.administrators.unseen !== undefined)
    unknown.push({ system: `entra:directory roles of ${scope.tenant.id}`, reason: notes.administrators.unseen });
  if (notes.authorizationSystems.unseen !== undefined)
    unknown.push({ system: `entra:authorization systems of ${scope.tenant.id}`, reason: notes.authorizationSystems.unseen });
  const notAsked = (['aws', 'azure', 'gcp'] as const).filter((type) => scope[type] === undefined);
  return {
    version: 1,
    takenAt: input.takenAt,
    ...(input.by === undefined ? {} : { by: input.by }),
    scope,
    systems: systemsOf(input, findings),
    findings,
    stays: plan.untouched.filter((u) => !ids.has(u.id)),
    unknown,
    left: portalSilent(input) ? [...left, { system: `portal:${scope.tenant.id}`, reason: SILENT }] : left,
    ...(input.excluded.length > 0 ? { excluded: input.excluded.toSorted((a, b) => compare(a.system, b.system)) } : {}),
    notAsked,
    collectors: collectorsOf(input, findings),
    notes,
    defender: plan.facts.defender ?? { state: 'unknown', why: ['no subscription was looked at'] },
    warnings: [...plan.warnings, ...unseenSystems(input)],
    ...(input.breaker === undefined ? {} : { breaker: input.breaker }),
  };
}

const SILENT = 'the portal gave no list of data collectors: it is retired, has none, or the worker could not sign in to it';

function portalSilent({ portal, systems }: InventoryInput): boolean {
  return portal.length === 0 && systems.some((s) => systemType(s) === 'portal');
}

/** What a plan would hold, and what matches by name only; the worst first. */
function findingsOf({ findings, plan }: InventoryInput): InventoryFinding[] {
  const items = new Map(plan.items.map((i) => [i.id, i]));
  const shown = findings.flatMap((f): InventoryFinding[] => {
    const item = items.get(f.id);
    if (!item && (f.confidence === 'certain' || ourselves(f, plan.facts) !== undefined)) return [];
    const hold = item ? item.guard : f.hold;
    const { kind, system, id, title, part, phase, why, confidence, risk } = f;
    return [{ kind, system, id, title, ...(part === undefined ? {} : { part }), phase, why, confidence, risk, ...(hold ? { hold } : {}) }];
  });
  return shown.toSorted(
    (a, b) =>
      RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
      PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
      compare(a.system, b.system) ||
      compare(a.id, b.id),
  );
}

function systemsOf(input: InventoryInput, findings: InventoryFinding[]): Inventory['systems'] {
  const { systems, described, plan, left, notes } = input;
  const known = new Map(described.map((d) => [d.system, d]));
  const parents = new Map(described.flatMap((d) => (d.parent === undefined ? [] : [[d.system, d.parent] as const])));
  const unread = new Set(plan.unknown.map((u) => u.system));
  const silent = portalSilent(input) ? input.systems.filter((s) => systemType(s) === 'portal') : [];
  const outside = new Set([...left.map((l) => l.system), ...silent]);
  const counts = Map.groupBy(findings, (f) => f.system);
  const holders = new Set<SystemId>(findings.filter((f) => f.confidence === 'certain').map((f) => f.system));
  const listed = new Map(
    notes.authorizationSystems.listed.flatMap((l) => {
      const system = authorizationSystem(l.type, l.id);
      return system === undefined ? [] : [[system, l.name] as const];
    }),
  );
  const all = [...new Set([...systems, ...outside])].toSorted();
  return all.map((system) => {
    const { name = listed.get(system), parent } = known.get(system) ?? {};
    const state = outside.has(system) ? 'left' : unread.has(system) ? 'unknown' : 'read';
    const reached = listed.has(system) || isReached(system, holders, parents);
    return {
      system,
      ...(name === undefined ? {} : { name }),
      ...(parent === undefined ? {} : { parent }),
      state,
      findings: counts.get(system)?.length ?? 0,
      monitored: reached ? 'yes' : state === 'read' ? 'no' : 'unknown',
    };
  });
}

/** Those the portal lists; else one for each cloud that Graph still lists systems of, or in which something was found. */
function collectorsOf({ portal, notes, findings: all }: InventoryInput, findings: InventoryFinding[]): Inventory['collectors'] {
  if (portal.length > 0) {
    const listed = portal.map(({ id, type, name, driver }) => ({ id, type, ...(name === undefined ? {} : { name }), driver }));
    return { from: 'portal', listed };
  }
  const types = new Set<string>(findings.map((f) => systemType(f.system)));
  for (const { kind, snapshot } of all) {
    const uris = kind === 'entra-oidc-application' ? (snapshot as { identifierUris?: string[] }).identifierUris : undefined;
    types.add(cloudOfAudience(uris ?? []) ?? '');
  }
  for (const { type } of notes.authorizationSystems.listed) types.add(type);
  const clouds = (['aws', 'azure', 'gcp'] as const).filter((type) => types.has(type));
  const { gone, unseen } = notes.authorizationSystems;
  const answers = gone === undefined && unseen === undefined;
  // Nobody attests that a portal is gone which merely could not be asked.
  const driver = gone === undefined ? 'operator' : 'retired';
  const listed = clouds.map((type: CollectorType) => ({ id: `${type}-1`, type, driver }) as const);
  return { from: answers ? 'graph' : unseen === undefined ? 'findings' : 'unseen', listed };
}

/** What Permissions Management listed and nobody looked at. */
function unseenSystems({ notes, systems, left, excluded }: InventoryInput): string[] {
  const seen = new Set([...systems, ...[...left, ...excluded].map((l) => l.system)].map((s) => s.toLowerCase()));
  const missed = notes.authorizationSystems.listed.filter(({ type, id }) => !seen.has((authorizationSystem(type, id) ?? '').toLowerCase()));
  if (missed.length === 0) return [];
  const named = missed.slice(0, 5).map(({ type, id }) => `${type} ${id}`);
  const more = missed.length > named.length ? ` and ${missed.length - named.length} more` : '';
  return [`Permissions Management lists ${named.join(', ')}${more}, which nobody looked at: widen the discovery to them`];
}
