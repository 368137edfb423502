import { refusalToLift } from '../../../model/approval.ts';
import { fingerprint } from '../../../model/canonical.ts';
import type { Json } from '../../../model/finding.ts';
import { LIFTED, type Outcome } from '../../../model/outcome.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { Deps } from '../../deps.ts';
import { quarantinedItems } from '../../records/plans.ts';
import { carryOut } from '../engine.ts';
import { blocked, type BatchOperation } from '../operation.ts';
import { openWork } from '../work.ts';
import { gone } from './remove.ts';

/** Makes what is in quarantine as it was before. Needs no approval and no intent: it only undoes what this run's journal says of itself. */
const LIFT: BatchOperation = {
  refusal: (item, _plan, _hash, ledger) => refusalToLift(item, ledger),
  held: () => undefined,
  atAnyTime: true,
  judge: (item, current) => {
    if (current === undefined) return gone(item, false, 'not there any more when its quarantine was lifted');
    return isAsBefore(item, current) ? 'as-wanted' : 'call';
  },
  call: async (kind, api, [item]) => kind.quarantine?.lift(api, item),
  seen: (item, current) =>
    isAsBefore(item, current) ? blocked(item, LIFTED, 'lifted from quarantine, read back: as it was before') : undefined,
  unseen: () => ({ code: 'NotVisible', message: 'the cloud accepted the change but does not show it yet' }),
};

function isAsBefore(item: PlanItem, current: Json | undefined): boolean {
  return current !== undefined && fingerprint(current) === item.fingerprint;
}

export interface LiftInput {
  run: string;
  planHash: string;
  /** Item ids; everything in quarantine when absent. */
  items?: string[];
}

/** Lifts also outside of change windows. Says of each item what became of it; what could not be lifted stays known as being in quarantine. */
export async function liftQuarantine(deps: Deps, input: LiftInput): Promise<Outcome[]> {
  const items = await quarantinedItems(deps, deps.journal.ledger(input.run), input.items);
  if (items.length === 0) return [];
  const { outcomes } = await carryOut(await openWork(deps, input, LIFT), items);
  return outcomes;
}
