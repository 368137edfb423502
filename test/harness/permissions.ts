import { AWS_PERMISSIONS } from '../../activities/aws/wire/permissions.ts';
import { AZURE_PERMISSIONS } from '../../activities/azure/wire/permissions.ts';
import { GRAPH_PERMISSIONS } from '../../activities/entra/wire/permissions.ts';
import { GCP_PERMISSIONS } from '../../activities/gcp/wire/permissions.ts';
import { neededFor, type Permission, type Use } from '../../model/permission.ts';
import { GUARDED, type Guarded, type Needed } from '../../sandbox/permissions/permissions.ts';

/** The tables that the permission files are made from, as the sandbox names their clouds. */
export const TABLES: Record<Guarded, readonly Permission[]> = {
  aws: AWS_PERMISSIONS,
  azure: AZURE_PERMISSIONS,
  gcp: GCP_PERMISSIONS,
  graph: GRAPH_PERMISSIONS,
};

/** Just what the tables say that these uses need. */
export function exactly(...uses: Use[]): Record<Guarded, string[]> {
  const given = (cloud: Guarded) => uses.flatMap((use) => neededFor(use, TABLES[cloud]));
  return { aws: given('aws'), azure: given('azure'), gcp: given('gcp'), graph: given('graph') };
}

/** Calls that were made though no row has them for one of these uses, each with what it needed. */
export function notInTables(needed: Needed, uses: readonly Use[]): string[] {
  return GUARDED.flatMap((cloud) =>
    Object.entries(needed[cloud]).flatMap(([call, permissions]) => {
      const rows = TABLES[cloud].filter((p) => p.call === call && p.uses.some((use) => uses.includes(use)));
      if (rows.length === 0) return [`${cloud}: ${call}, which needs ${permissions.join(', ') || 'nothing'}`];
      return permissions.filter((p) => !rows.some((r) => r.needs.includes(p))).map((p) => `${cloud}: ${call} needs ${p}`);
    }),
  );
}

/** Rows that none of these calls used: cloud and call. */
export function notCalled(...needed: Needed[]): string[] {
  const rows = GUARDED.flatMap((cloud) =>
    TABLES[cloud].filter((p) => !needed.some((n) => p.call in n[cloud])).map((p) => `${cloud}: ${p.call}`),
  );
  return [...new Set(rows)].toSorted();
}
