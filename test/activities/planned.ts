import type { Facts, Finding } from '../../model/finding.ts';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import type { PlanItem } from '../../model/plan.ts';
import { loadedEstate } from '../sandbox/loaded-estate.ts';

export const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
export const CIEM_PRINCIPAL = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e201';
export const FACTS: Facts = {
  tenantId: TENANT,
  issuer: `sts.windows.net/${TENANT}/`,
  ciemPrincipalId: CIEM_PRINCIPAL,
  awsOidcRoles: [],
  gcpServiceAccounts: [],
  defender: { state: 'absent', why: [] },
};

const { manifest } = loadedEstate();

/** The default estate's own manifest; a sandbox in the same process shows what was changed at once. */
export function defaultManifest(): Manifest {
  const parsed = ManifestSchema.parse(manifest);
  return { ...parsed, waits: { ...parsed.waits, settle: 20 } };
}

/** A finding as the plan would hold it, where only the finding itself matters. */
export function planned(finding: Finding): PlanItem {
  return { ...finding, fingerprint: '', dependsOn: [] };
}
