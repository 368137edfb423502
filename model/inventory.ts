import type { DiscoveryScope } from './discovery.ts';
import type { DefenderUse, Finding } from './finding.ts';
import { systemType, type CollectorDriver, type CollectorType, type SystemId } from './names.ts';
import type { Excluded, Untouched } from './plan.ts';

/** What a discovery found: shape of `inventory.json`. Sorted, so that two inventories can be compared line by line. */
export interface Inventory {
  version: 1;
  /** ISO 8601. */
  takenAt: string;
  /** Who asked. */
  by?: string;
  /** As it was asked for, with `all` where the whole tree was, and the root that was found. */
  scope: DiscoveryScope;
  /** Every system the scope stands for, each once. */
  systems: InventorySystem[];
  /** Worst risk first. */
  findings: InventoryFinding[];
  /** Seen and not ours, or not to be removed, and why. */
  stays: Untouched[];
  /** Of these nothing is known, so that nobody can say that nothing is left. */
  unknown: { system: SystemId; reason: string }[];
  /** Closed, suspended, about to be deleted: not looked at. */
  left: { system: SystemId; reason: string }[];
  /** Systems that the scope leaves out, and by which of its lines: nothing is known of them. Absent for none. */
  excluded?: Excluded[];
  /** Clouds that were left out on purpose. */
  notAsked: CollectorType[];
  collectors: {
    /** `unseen`: neither the portal nor Graph could be asked. */
    from: 'portal' | 'graph' | 'findings' | 'unseen';
    listed: { id: string; type: CollectorType; name?: string; driver: CollectorDriver }[];
  };
  notes: GuideNotes;
  defender: DefenderUse;
  /** What a person should know before anything else. */
  warnings: string[];
  /** Why a plan of all this would be refused by the usual limits. */
  breaker?: string;
}

export interface InventorySystem {
  system: SystemId;
  name?: string;
  /** The one it lies directly below, where that is known. */
  parent?: SystemId;
  state: 'read' | 'unknown' | 'left';
  findings: number;
  /** Whether Permissions Management could see into it, from it or from above it. */
  monitored: 'yes' | 'no' | 'unknown';
}

/** A finding as far as a person reads it; `hold` is the guard of the plan, where it would hold it. */
export type InventoryFinding = Pick<
  Finding,
  'kind' | 'system' | 'id' | 'title' | 'part' | 'phase' | 'why' | 'confidence' | 'risk' | 'hold'
>;

/** The five notes of the guide ("Recommended steps before migrating"). The last three have no API. */
export interface GuideNotes {
  /** `listed` is what Microsoft Graph still answers; `gone` is its code when it does not, `unseen` why nobody could ask. */
  authorizationSystems: { listed: { type: string; id: string; name?: string; controller?: string }[]; gone?: string; unseen?: string };
  /** Names (user principal names, or object ids of what is no user); `unseen`: why nobody could look for all of them. */
  administrators: { direct: string[]; eligible: string[]; unseen?: string };
  groupAccess: string[];
  customReports: string[];
  alerts: string[];
}

/** The system that stands for what Permissions Management called an authorization system; undefined for an unknown type. */
export function authorizationSystem(type: string, id: string): SystemId | undefined {
  const prefixes: Record<string, string> = { aws: 'aws:', azure: 'azure:/subscriptions/', gcp: 'gcp:projects/' };
  const prefix = prefixes[type.toLowerCase()];
  return prefix === undefined ? undefined : (`${prefix}${id}` as SystemId);
}

/** Pure: whether a right found in one of `holders` reaches a system: its own, or one from above it. */
export function isReached(system: SystemId, holders: ReadonlySet<SystemId>, parents: ReadonlyMap<SystemId, SystemId>): boolean {
  const seen = new Set<SystemId>();
  for (let at: SystemId | undefined = system; at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (holders.has(at)) return true;
    seen.add(at);
  }
  const type = systemType(system);
  if (type === 'azure') return holders.has('azure:/');
  return type === 'gcp' && [...holders].some((h) => h.startsWith('gcp:organizations/'));
}
