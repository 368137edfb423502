import type { z } from 'zod';
import { OffboardError } from './errors.ts';
import { MEPM } from './footprint.ts';
import { checkManifest, ManifestSchema, type Manifest } from './manifest.ts';
import type { CollectorType } from './names.ts';

/** What a discovery looks at: those fields of a manifest that name the tenant and its systems. */
export const DiscoveryScopeSchema = ManifestSchema.pick({ tenant: true, aws: true, azure: true, gcp: true });
export type DiscoveryScope = z.infer<typeof DiscoveryScopeSchema>;

type Collectors = Manifest['collectors'];

/** A person waits for a discovery: what cannot be reached for this long counts as unknown. */
const UNREACHABLE = '30m';

/**
 * A manifest to walk, read and judge with, when nobody has written one yet: the scope, no people, and what collectors the portal lists.
 * Throws OffboardError 'InvalidValue' naming the field.
 */
export function draftManifest(scope: unknown, collectors: Collectors): Manifest {
  const parsed = ManifestSchema.safeParse({
    ...(scope as object),
    successor: { none: 'a discovery changes nothing', attestedBy: 'nobody' },
    collectors: [{ id: 'none', type: 'aws', driver: 'retired', recipient: 'nobody' }],
    approvers: ['nobody'],
    waits: { unreachable: UNREACHABLE },
  });
  if (!parsed.success)
    throw new OffboardError('InvalidValue', `scope: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
  checkManifest(parsed.data);
  return { ...parsed.data, collectors, approvers: [] };
}

/** Which cloud an OIDC application served, by its known audiences; undefined for any other. */
export function cloudOfAudience(uris: readonly string[]): CollectorType | undefined {
  if (uris.some((u) => (MEPM.awsAudiences as readonly string[]).includes(u))) return 'aws';
  return uris.some((u) => (MEPM.gcpAudiences as readonly string[]).includes(u)) ? 'gcp' : undefined;
}
