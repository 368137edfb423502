import type { z } from 'zod';
import type { ManifestSchema } from '../../model/manifest.ts';
import type { EstateInput } from '../hostile-estate/base.ts';
import { account, aws } from './aws.ts';
import { AWS_AUDIENCE, count, DANA, ENTRY_ROLE, GCP_AUDIENCE, TENANT } from './base.ts';
import { gcp, ORGANIZATION, project } from './gcp.ts';
import { azure, directory, subscription } from './microsoft.ts';

const AWS_SHARE = 0.6;
const AZURE_SHARE = 0.25;

/**
 * Litware, an invented company with so many systems: 60 of 100 are AWS accounts, 25 subscriptions, 15 projects. Each was onboarded, every third with the
 * controller; every fifth holds decoys.
 */
export function largeEstate(systems: number): { manifest: z.input<typeof ManifestSchema>; objects: EstateInput[] } {
  const accounts = Math.floor(systems * AWS_SHARE);
  const subscriptions = Math.floor(systems * AZURE_SHARE);
  const projects = systems - accounts - subscriptions;
  return {
    manifest: {
      tenant: { id: TENANT },
      successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: DANA },
      aws: { oidcAccount: account(0), members: count(accounts - 1).map((n) => account(n + 1)), assumeRole: ENTRY_ROLE },
      azure: { subscriptions: count(subscriptions).map(subscription) },
      gcp: { organization: ORGANIZATION, projects: count(projects).map(project), oidcProject: project(0) },
      entra: { applications: [AWS_AUDIENCE, GCP_AUDIENCE] },
      collectors: [{ id: 'collector-aws', type: 'aws', driver: 'http', recipient: DANA }],
      approvers: [DANA, 'riley@litware.example'],
      // Here everything is to be looked at in one run.
      breakers: { maxItems: 1_000_000, maxPercent: 100 },
    },
    objects: [...aws(accounts), ...azure(subscriptions), ...gcp(projects), ...directory()],
  };
}
