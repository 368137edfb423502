import type { Json } from '../../../model/finding.ts';
import { THIRTY_DAYS, type Footprint } from '../../kind.ts';
import type { GcpSnapshot } from '../snapshot.ts';

/** What a plan freezes of a pool or a provider: everything but its state, which the removal itself changes. */
export type PoolDefinition = { [key: string]: Json } & { name: string; disabled: boolean };

/**
 * What is the same in a pool and a provider: undeleted with all it held, within 30 days in which its id cannot be anyone else's; afterwards it
 * is made again under the same name, by which all others know it. In quarantine it is disabled.
 */
export const POOL_STATE: Pick<Footprint<GcpSnapshot>, 'losses' | 'quarantined'> = {
  losses: {
    losses: () => [],
    keptFor: THIRTY_DAYS,
    recreated: () => ['its creation date, and what the audit logs know of the one before stays there'],
    comparable: (snapshot) => snapshot,
  },
  quarantined: (snapshot) => ({ ...(snapshot as PoolDefinition), disabled: true }),
};
