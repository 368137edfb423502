import type { z } from 'zod';
import type { ManifestSchema } from '../../model/manifest.ts';
import { awsObjects, FREED_SECRET, MANAGEMENT, RENAMED_POLICIES } from './aws.ts';
import { azureObjects } from './azure.ts';
import { DANA, ENTRY_ROLE, TENANT, type EstateInput } from './base.ts';
import { COLLECTORS, entraObjects, portalObjects } from './entra.ts';
import { gcpObjects, ORGANIZATION } from './gcp.ts';

export interface HostileEstate {
  manifest: z.input<typeof ManifestSchema>;
  objects: EstateInput[];
}

/**
 * Northwind, an invented company: what onboarding left lies under other names among hundreds of things that are named, or trusted, or
 * placed as if they were left by it. Nothing is named in the manifest that can be found by itself.
 */
export function hostileEstate(): HostileEstate {
  return {
    manifest: {
      tenant: { id: TENANT },
      successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: DANA },
      aws: { managementAccount: MANAGEMENT, members: 'all', assumeRole: ENTRY_ROLE },
      azure: { subscriptions: 'all', managementGroups: 'all', root: true },
      gcp: { organization: ORGANIZATION, folders: 'all', projects: 'all' },
      collectors: COLLECTORS.map((collector) => ({ ...collector, driver: 'http' as const })),
      approvers: ['riley.approver@northwind.example', DANA],
      overrides: [
        ...RENAMED_POLICIES.map((arn) => ({ item: `aws-policy:${arn}`, reason: 'the team that onboarded renamed it and says so' })),
        { item: `aws-secret:${FREED_SECRET}`, reason: 'the Okta team has revoked the token that lies in it' },
      ],
    },
    objects: [...awsObjects(), ...azureObjects(), ...gcpObjects(), ...entraObjects(), ...portalObjects()],
  };
}
