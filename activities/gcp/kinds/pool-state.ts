import type { Json } from '../../../model/finding.ts';
import { describeDiff } from '../../../model/diff.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { THIRTY_DAYS, type Quarantine, type Undo } from '../../kind.ts';
import { RefusedError } from '../wire/classify.ts';
import type { GcpApi } from '../wire/clients.ts';
import { orGone } from '../wire/gone.ts';
import { DELETED, lastSegment } from '../snapshot.ts';

type Definition = { [key: string]: Json } & { name: string; disabled: boolean };

/** The calls in which a pool and a provider differ; all else about their state is the same. */
export interface PoolStateCalls<T extends { state: string }> {
  /** `workload identity pool` or `workload identity provider`. */
  noun: string;
  get(api: GcpApi, name: string): Promise<T>;
  undelete(api: GcpApi, name: string): Promise<void>;
  setDisabled(api: GcpApi, name: string, disabled: boolean): Promise<void>;
  /** Makes it of its definition, enabled or disabled as that says. */
  create(api: GcpApi, definition: T): Promise<void>;
  /** What is kept of it: everything but its state. */
  definition(thing: T): { [key: string]: Json };
}

/**
 * Undeleted with all it held, then enabled or disabled as it was. Its id cannot be anyone else's for 30 days; afterwards it is made anew
 * under the same name, by which all others know it.
 */
export function undoPoolState<T extends { state: string }>(calls: PoolStateCalls<T>): Undo<GcpApi> {
  return {
    losses: () => [],
    keptFor: THIRTY_DAYS,
    anew: () => ['its creation date, and what the audit logs know of the one before stays there'],
    async restore(api, [item]) {
      const planned = item.snapshot as Definition;
      const kept = await orGone(() => calls.get(api, planned.name));
      if (kept === undefined && item.anew === 'itself') return await calls.create(api, item.snapshot as unknown as T);
      if (kept === undefined) {
        throw new RefusedError(
          'NotRestorable',
          `Google no longer keeps the ${calls.noun} ${planned.name}, which can be undeleted for 30 days: plan another restore, which makes it anew`,
        );
      }
      const before = calls.definition(kept) as Definition;
      if (!sameBut(before, planned)) {
        const diff = describeDiff(planned, before);
        throw new RefusedError('NameTaken', `the ${calls.noun} ${lastSegment(planned.name)} is another one by now (${diff})`);
      }
      if (kept.state === DELETED) await calls.undelete(api, planned.name);
      if (before.disabled !== planned.disabled) await calls.setDisabled(api, planned.name, planned.disabled);
    },
    comparable: (snapshot) => snapshot,
  };
}

/** A disabled pool or provider exchanges no tokens; tokens got through a disabled pool stop working, too (Google's documentation). */
export function quarantinePoolState<T extends { state: string }>(calls: PoolStateCalls<T>): Quarantine<GcpApi> {
  const name = (item: PlanItem) => (item.snapshot as Definition).name;
  return {
    put: (api, item) => calls.setDisabled(api, name(item), true),
    lift: (api, item) => calls.setDisabled(api, name(item), (item.snapshot as Definition).disabled),
    quarantined: (snapshot) => ({ ...(snapshot as Definition), disabled: true }),
  };
}

/** The same but for being enabled, which quarantine changes. */
function sameBut(a: Definition, b: Definition): boolean {
  return describeDiff({ ...a, disabled: true }, { ...b, disabled: true }) === '';
}
