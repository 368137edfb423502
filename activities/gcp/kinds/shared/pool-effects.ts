import type { Json } from '../../../../model/finding.ts';
import { describeDiff } from '../../../../model/diff.ts';
import type { Effects } from '../../../kind.ts';
import type { PoolDefinition } from '../../footprint/pool-state.ts';
import { DELETED, lastSegment } from '../../snapshot.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { RefusedError } from '../../../answer.ts';

/** In what a pool and a provider differ; all else about their state is the same. */
interface Differs<T extends { state: string }> {
  /** `workload identity pool` or `workload identity provider`. */
  noun: string;
  get(api: GcpApi, name: string): Promise<T | undefined>;
  /** Makes it of its definition, enabled or disabled as that says. */
  create(api: GcpApi, definition: T): Promise<void>;
  /** What is kept of it: everything but its state. */
  definition(thing: T): { [key: string]: Json };
}

/**
 * Of a pool or a provider. Google keeps it for 30 days, undeletes it with all it held, and then it is enabled or disabled as it was. A disabled one
 * exchanges no tokens; tokens got through a disabled pool stop working, too (Google's documentation).
 */
export function poolEffects<T extends { state: string }>({ noun, get, create, definition }: Differs<T>): Effects<GcpApi> {
  return {
    async read(api, item) {
      const there = await get(api, (item.snapshot as PoolDefinition).name);
      return there && there.state !== DELETED ? definition(there) : undefined;
    },
    async remove(api, [item]) {
      await api.deletePool((item.snapshot as PoolDefinition).name);
    },
    async restore(api, [item]) {
      const planned = item.snapshot as PoolDefinition;
      const kept = await get(api, planned.name);
      if (kept === undefined && item.recreated === 'itself') return await create(api, item.snapshot as unknown as T);
      if (kept === undefined) {
        throw new RefusedError(
          'NotRestorable',
          `Google no longer keeps the ${noun} ${planned.name}, which can be undeleted for 30 days: plan another restore, which makes it again`,
        );
      }
      const before = definition(kept) as PoolDefinition;
      if (!sameBut(before, planned)) {
        const diff = describeDiff(planned, before);
        throw new RefusedError('NameTaken', `the ${noun} ${lastSegment(planned.name)} is another one by now (${diff})`);
      }
      if (kept.state === DELETED) await api.undeletePool(planned.name);
      if (before.disabled !== planned.disabled) await api.setPoolDisabled(planned.name, planned.disabled);
    },
    quarantine: {
      put: (api, item) => api.setPoolDisabled((item.snapshot as PoolDefinition).name, true),
      lift(api, item) {
        const { name, disabled } = item.snapshot as PoolDefinition;
        return api.setPoolDisabled(name, disabled);
      },
    },
  };
}

/** The same but for being enabled, which quarantine changes. */
function sameBut(a: PoolDefinition, b: PoolDefinition): boolean {
  return describeDiff({ ...a, disabled: true }, { ...b, disabled: true }) === '';
}
