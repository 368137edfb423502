import type { Grant } from '../model/doctor.ts';
import type { Manifest } from '../model/manifest.ts';
import type { SystemId } from '../model/names.ts';
import type { Permission, Use } from '../model/permission.ts';

/** What a cloud may need to know before it is asked. */
export interface RightsContext {
  manifest: Manifest;
}

/** What one system tells of the worker's rights there. */
export interface Held {
  /** Whom it takes the worker for. */
  who: string;
  /** By permission. What does not stand here is not known, for `reason`. */
  may: ReadonlyMap<string, boolean>;
  reason?: string;
}

/** How a cloud is asked what the worker may do there, without doing it. */
export interface Rights<Api> {
  /** Whom the worker's own credentials belong to, where no system is named. */
  self(context: RightsContext): Promise<string>;
  /** What the calls about one system need. What the manifest asks for has no `without`. */
  rows(system: SystemId, context: RightsContext): readonly Permission[];
  /** Throws where the system cannot be asked at all. */
  ask(api: Api, system: SystemId, context: RightsContext, rows: readonly Permission[]): Promise<Held>;
  /** Pure: what gives these permissions of a use, for systems that lack them. */
  grant(use: Use, permissions: ReadonlySet<string>, systems: readonly SystemId[], context: RightsContext): Grant;
}

/** Pure: a row that its manifest asks for is one that no run of it can do without. */
export function demanded({ without: _, ...row }: Permission): Permission {
  return row;
}
