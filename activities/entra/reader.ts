import { MEPM } from '../../model/footprint.ts';
import type { Manifest } from '../../model/manifest.ts';
import { nativeId, type SystemId } from '../../model/names.ts';
import { RefusedError } from '../answer.ts';
import { foundOf } from '../settle.ts';
import { normalId, sameId } from '../microsoft/ids.ts';
import type { ReadContext } from '../cloud.ts';
import type { Self } from '../microsoft/self.ts';
import type { EntraApi } from './wire/clients.ts';
import type { ServicePrincipal } from './wire/shapes.ts';
import { define, type ApplicationDefinition } from './application.ts';
import { readCiemUse, type CiemUse } from './recent-use.ts';

export interface EntraSnapshot {
  system: SystemId;
  /** Identifier URIs the manifest names. */
  namedUris: string[];
  /** Each once, sorted by id: those with a named or known identifier URI, and those whose names look like onboarding's. */
  applications: ApplicationDefinition[];
  /** Of the whole directory: what a breaker's percentage is taken of. */
  applicationCount?: number;
  /** Of the first-party CIEM application: none or one. */
  ciemServicePrincipals: ServicePrincipal[];
  /** Object ids that the CIEM principal had before: of Graph's deleted items, and those of the manifest that nobody has. Sorted. */
  formerPrincipals: string[];
  /** Those of the manifest that somebody else has. */
  notFormer: string[];
  /** Object and application id the worker signs in with. */
  ourselves: string[];
  ciemUse: CiemUse;
}

/** How onboarding's names begin; people could edit them, so this only finds look-alikes worth telling. */
const LOOK_ALIKES = ["startswith(displayName,'mciem-')", "startswith(displayName,'ciem-')"];

/** Throws RefusedError 'WrongTenant' when the worker is signed in elsewhere: an empty answer from another tenant would read as clean. */
export async function readEntra(api: EntraApi, system: SystemId, context: ReadContext): Promise<EntraSnapshot> {
  const { principalId, applicationId } = await demandTenant(api, system);
  const namedUris = context.manifest.entra.applications ?? [];
  const uris = [...new Set<string>([...namedUris, ...MEPM.awsAudiences, ...MEPM.gcpAudiences])];
  const filters = [...uris.map((uri) => `identifierUris/any(u:u eq '${uri.replaceAll("'", "''")}')`), ...LOOK_ALIKES];
  const listed = await Promise.all(filters.map((filter) => api.listApplications(filter)));
  const byId = new Map(listed.flat().map((application) => [application.id, application]));
  const applicationCount = await api.countApplications();
  const sorted = [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const applications = await foundOf(context.manifest.waits.settle, sorted, (application) => define(api, application));
  const ciemServicePrincipals = await api.listServicePrincipals(MEPM.ciemAppId);
  const ciemUse = ciemServicePrincipals.length > 0 ? await readCiemUse(api, context) : {};
  const former = await readFormer(api, context.manifest, ciemServicePrincipals);
  return {
    system,
    namedUris,
    applications,
    applicationCount,
    ciemServicePrincipals,
    ...former,
    ourselves: [principalId, applicationId],
    ciemUse,
  };
}

/** What the manifest names is the principal's only as long as nobody else has that id: its word alone makes nothing ours. */
async function readFormer(
  api: EntraApi,
  { entra: { formerPrincipals: named = [] } }: Manifest,
  living: ServicePrincipal[],
): Promise<Pick<EntraSnapshot, 'formerPrincipals' | 'notFormer'>> {
  const deleted = await api.listDeletedPrincipals(MEPM.ciemAppId);
  const asked = named.filter((id) => ![...deleted, ...living.map((p) => p.id)].some((known) => sameId(known, id)));
  const existing = asked.length === 0 ? new Set<string>() : await api.existing(asked);
  const isTaken = (id: string) => existing.has(normalId(id));
  const former = [...deleted, ...asked.filter((id) => !isTaken(id))].map(normalId);
  return { formerPrincipals: former.toSorted(), notFormer: asked.filter(isTaken) };
}

/** Who the worker is; it must be signed in to the tenant that the system names. */
export async function demandTenant(api: EntraApi, system: SystemId): Promise<Self> {
  const self = await api.self();
  const { tenantId } = self;
  if (sameId(tenantId, nativeId(system))) return self;
  throw new RefusedError(
    'WrongTenant',
    `the worker is signed in to tenant ${tenantId}, the manifest names ${nativeId(system)}; mend AZURE_TENANT_ID or tenant.id`,
  );
}
