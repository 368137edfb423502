import type { Ledger } from '../model/ledger.ts';
import { isWrittenOut } from '../model/manifest-systems.ts';
import type { Manifest } from '../model/manifest.ts';
import type { NamedRun } from '../model/run-name.ts';
import type { Deps } from './deps.ts';
import { notAuthorized } from './failures.ts';

/**
 * The manifest that an activity is given by its address must be that which the run was started with, as it was or with a list in place of each `all`: another
 * would have other systems, protect other things, and be open at other times. A discovery has none in its records: the tenant must be its own. Throws
 * NotAuthorized.
 */
export async function demandOwnManifest(
  { artifacts }: Pick<Deps, 'artifacts'>,
  { sort, tenantId }: NamedRun,
  { manifest: written }: Pick<Ledger, 'manifest'>,
  address: string,
): Promise<void> {
  if (address === written) return;
  const given = await artifacts.kept<Partial<Manifest>>(address);
  if (given.tenant?.id !== tenantId) throw notAuthorized('manifest: is not of the tenant of this run; nothing was done');
  if (sort === 'discovery') return;
  if (written === undefined || !isWrittenOut(given as Manifest, await artifacts.kept<Manifest>(written)))
    throw notAuthorized('manifest: is not that which this run was started with; nothing was done');
}
