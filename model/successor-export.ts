import type { GuideNotes, Inventory, InventorySystem } from './inventory.ts';
import { nativeId, systemType, type SystemId } from './names.ts';

/** A system as a successor is onboarded with it. */
export interface ExportedSystem {
  /** `account`, `subscription`, `managementGroup`, `root`, `organization`, `folder`, `project`. */
  type: string;
  id: string;
  name?: string;
  /** Id of what it lies directly below, where that is known. */
  parent?: string;
  state: InventorySystem['state'];
  monitored: InventorySystem['monitored'];
}

/** What let Permissions Management in, and shows which rights its successor takes the place of. */
export interface ExportedAccess {
  system: string;
  kind: string;
  /** What an AWS role was for. */
  part?: string;
  id: string;
  title: string;
}

export interface CloudExport {
  systems: ExportedSystem[];
  access: ExportedAccess[];
}

/** Shape of what `inventory --for successor --format json` prints. */
export interface SuccessorExport {
  version: 1;
  tenantId: string;
  cloud: Inventory['scope']['tenant']['cloud'];
  takenAt: string;
  /** False when something could not be read or was left out: more systems may be monitored than are named here. */
  complete: boolean;
  unknown: Inventory['unknown'];
  aws: CloudExport & { managementAccount?: string };
  azure: CloudExport;
  gcp: CloudExport & { organization?: string };
  administrators: GuideNotes['administrators'];
  authorizationSystems: GuideNotes['authorizationSystems'];
}

/** Kinds that are ways in rather than rights over something. */
const ACCESS = new Set([
  'aws-role',
  'aws-oidc-client-id',
  'azure-role-assignment',
  'gcp-service-account',
  'gcp-pool',
  'gcp-provider',
  'gcp-binding',
  'entra-oidc-application',
]);

/** Pure: what the next product needs to be onboarded to the same systems. */
export function successorExport(inventory: Inventory): SuccessorExport {
  const { scope, unknown, notes, excluded = [] } = inventory;
  return {
    version: 1,
    tenantId: scope.tenant.id,
    cloud: scope.tenant.cloud,
    takenAt: inventory.takenAt,
    complete: unknown.length === 0 && excluded.length === 0,
    unknown,
    aws: { ...(scope.aws?.managementAccount ? { managementAccount: scope.aws.managementAccount } : {}), ...cloudOf(inventory, 'aws') },
    azure: cloudOf(inventory, 'azure'),
    gcp: { ...(scope.gcp?.organization ? { organization: scope.gcp.organization } : {}), ...cloudOf(inventory, 'gcp') },
    administrators: notes.administrators,
    authorizationSystems: notes.authorizationSystems,
  };
}

function cloudOf({ systems, findings }: Inventory, type: 'aws' | 'azure' | 'gcp'): CloudExport {
  const own = systems.filter((s) => systemType(s.system) === type);
  const ways = findings
    .filter((f) => systemType(f.system) === type && f.confidence === 'certain' && ACCESS.has(f.kind))
    .toSorted((a, b) => (a.system === b.system ? (a.id < b.id ? -1 : 1) : a.system < b.system ? -1 : 1));
  return {
    systems: own.map(({ system, name, parent, state, monitored }) => ({
      ...identified(system),
      ...(name === undefined ? {} : { name }),
      ...(parent === undefined ? {} : { parent: identified(parent).id }),
      state,
      monitored,
    })),
    access: ways.map(({ system, kind, part, id, title }) => ({
      system: identified(system).id,
      kind,
      ...(part === undefined ? {} : { part }),
      id: id.slice(kind.length + 1),
      title,
    })),
  };
}

/** A system's type and id in its cloud's own words. */
function identified(system: SystemId): { type: string; id: string } {
  const native = nativeId(system);
  if (systemType(system) === 'aws') return { type: 'account', id: native };
  if (native === '/') return { type: 'root', id: '/' };
  const [, collection = '', id = native] = /([A-Za-z]+)\/([^/]+)$/.exec(native) ?? [];
  const types: Record<string, string> = {
    subscriptions: 'subscription',
    managementGroups: 'managementGroup',
    organizations: 'organization',
    folders: 'folder',
    projects: 'project',
  };
  return { type: types[collection] ?? 'other', id };
}
