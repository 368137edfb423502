import type { Manifest } from '../../model/manifest.ts';
import type { SystemId } from '../../model/names.ts';
import type { ReadContext } from '../cloud.ts';
import type { Collector, PortalApi } from './wire/clients.ts';

export interface PortalSnapshot {
  system: SystemId;
  named: Manifest['collectors'];
  /** What the portal lists; absent when no collector is driven through it, since then nothing can be read. */
  listed?: Collector[];
}

export async function readPortal(api: PortalApi, system: SystemId, context: ReadContext): Promise<PortalSnapshot> {
  const named = context.manifest.collectors;
  return api.readable ? { system, named, listed: await api.list() } : { system, named };
}
