import fc from 'fast-check';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import type { SystemId } from '../../model/names.ts';
import { MEPM } from '../../model/footprint.ts';
import type { PortalSnapshot } from '../../activities/portal/reader.ts';
import { CIEM_PRINCIPAL, TENANT } from '../activities/planned.ts';
import type { Part } from './part.ts';
import { ACCOUNTS, awsParts } from './aws-estates.ts';
import { azureParts, SUBSCRIPTIONS } from './azure-estates.ts';
import { gcpParts, ORGANIZATION, PROJECT } from './gcp-estates.ts';

export interface GeneratedEstate {
  manifest: Manifest;
  parts: Part[];
  /** Systems that could not be read: nothing is known about them. */
  unread: SystemId[];
}

const URIS = [...MEPM.awsAudiences, ...MEPM.gcpAudiences, 'api://mciem-aws-oidc-app-test', 'api://contoso'];

const entraPart: fc.Arbitrary<Part> = fc.array(fc.tuple(fc.constantFrom(...URIS), fc.boolean()), { maxLength: 4 }).map((apps) => {
  const applications = apps.map(([uri, secret], n) => ({
    id: `application-${n}`,
    appId: `app-${n}`,
    displayName: 'mciem-aws-oidc-app',
    identifierUris: [uri],
    passwordCredentials: secret ? [{ keyId: 'key' }] : [],
    keyCredentials: [],
    federatedIdentityCredentials: [],
    servicePrincipals: [],
  }));
  const principal = { id: CIEM_PRINCIPAL, appId: MEPM.ciemAppId, displayName: 'CIEM', accountEnabled: true };
  const system: SystemId = `entra:${TENANT}`;
  const known = applications.filter((_, n) => URIS.indexOf(apps[n]?.[0] ?? '') < 3);
  return {
    system,
    snapshot: {
      system,
      namedUris: [],
      applications,
      ciemServicePrincipals: [principal],
      formerPrincipals: [],
      notFormer: [],
      ourselves: [],
      ciemUse: {},
    },
    ours: [...known.map((a) => `entra-oidc-application:${a.id}`), `entra-ciem-sign-in:${CIEM_PRINCIPAL}`],
    doubtful: [],
  };
});

const manifest = ManifestSchema.parse({
  tenant: { id: TENANT },
  successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: 'dana' },
  aws: { members: ACCOUNTS, assumeRole: 'offboarding-entry' },
  azure: { subscriptions: SUBSCRIPTIONS, root: true },
  gcp: { organization: ORGANIZATION, projects: [PROJECT] },
  collectors: [{ id: 'collector-1', type: 'aws', driver: 'http', recipient: 'dana' }],
  approvers: ['riley'],
});

/** The portal lists the collector that the manifest names, and perhaps one it does not. */
const portalPart: fc.Arbitrary<Part> = fc.boolean().map((another) => {
  const system: SystemId = `portal:${TENANT}`;
  const collector = { id: 'collector-1', type: 'aws' as const, name: 'AWS', status: 'Onboarded', online: true, configuration: {} };
  const listed = [collector, ...(another ? [{ ...collector, id: 'collector-2' }] : [])] as NonNullable<PortalSnapshot['listed']>;
  const snapshot: PortalSnapshot = { system, named: manifest.collectors, listed };
  return { system, snapshot, ours: ['data-collector:collector-1'], doubtful: another ? ['data-collector:collector-2'] : [] };
});

/** Estates of all clouds; in some a few systems could not be read. */
export const estates: fc.Arbitrary<GeneratedEstate> = fc
  .tuple(awsParts, azureParts, gcpParts, entraPart, portalPart, fc.array(fc.nat(), { maxLength: 2 }))
  .map(([aws, azure, gcp, entra, portal, blind]) => {
    const all = [...aws, ...azure, ...gcp, entra, portal];
    const unread = [...new Set(blind.map((n) => all[n % (2 * all.length)]?.system).filter((s) => s !== undefined))];
    return { manifest, parts: all.filter((p) => !unread.includes(p.system)), unread };
  });
