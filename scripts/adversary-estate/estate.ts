import type { z } from 'zod';
import type { ManifestSchema } from '../../model/manifest.ts';
import type { Change } from '../../sandbox/changes.ts';
import type { EstateInput } from '../hostile-estate/base.ts';
import { aws, FREED_ADMIN, FREED_SECRET, MANAGEMENT } from './aws.ts';
import { AWS_AUDIENCE, CONSOLE_AUDIENCE, DANA, ENTRY_ROLE, GCP_AUDIENCE, OLD_AWS_AUDIENCE, TENANT } from './base.ts';
import { gcp, ORGANIZATION } from './gcp.ts';
import { COLLECTORS, microsoft } from './microsoft.ts';

export interface AdversaryEstate {
  manifest: z.input<typeof ManifestSchema>;
  objects: EstateInput[];
  changes: Change[];
}

/**
 * Tailspin, an invented company: what onboarding left is shared, doubted or orphaned in every way that is known to have misled somebody, and while the plan
 * waits for its approval others change what it rests on. `ours` is only what is certain and free to go; after the changes, what is so still.
 */
export function adversaryEstate(): AdversaryEstate {
  const parts = [aws, gcp, microsoft];
  return {
    manifest: {
      tenant: { id: TENANT },
      successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: DANA },
      aws: { managementAccount: MANAGEMENT, members: 'all', assumeRole: ENTRY_ROLE },
      azure: { subscriptions: 'all', managementGroups: 'all', root: true },
      gcp: { organization: ORGANIZATION, folders: 'all', projects: 'all' },
      // The last is the customer's own: somebody took it for one of ours.
      entra: { applications: [AWS_AUDIENCE, OLD_AWS_AUDIENCE, GCP_AUDIENCE, CONSOLE_AUDIENCE] },
      collectors: COLLECTORS.map((collector) => ({ ...collector, driver: 'http' as const })),
      approvers: ['riley.approver@tailspin.example', DANA],
      overrides: [
        { item: FREED_SECRET, reason: 'the Okta team has revoked the token that lies in it' },
        { item: FREED_ADMIN, reason: 'its owner has another way in by now' },
      ],
    },
    objects: parts.flatMap((p) => p.objects),
    changes: parts.flatMap((p) => p.changes),
  };
}
