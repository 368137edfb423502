import { refusalToLift } from '../../../model/approval.ts';
import { fingerprint } from '../../../model/canonical.ts';
import type { Hold, Json } from '../../../model/finding.ts';
import { keptWith } from '../../../model/keep.ts';
import type { Ledger } from '../../../model/ledger.ts';
import { LIFTED, type Outcome } from '../../../model/outcome.ts';
import type { Plan, PlanItem } from '../../../model/plan.ts';
import type { Deps } from '../../deps.ts';
import { currentPlan, quarantinedItems } from '../../records/plans.ts';
import { carryOut } from '../engine.ts';
import { blocked, type BatchOperation } from '../operation.ts';
import { openWork } from '../work.ts';
import { gone } from './remove.ts';

/**
 * Makes what is in quarantine as it was before. Needs no approval and no intent: it only undoes what this run's journal says of itself. `needed`: what of that is
 * given back for the sake of something an approver keeps working, and waits for a decision of its own.
 */
const lifting = (needed: ReadonlyMap<string, Hold>): BatchOperation => ({
  refusal: (item, _inForce, ledger) => refusalToLift(item, ledger),
  held: () => undefined,
  atAnyTime: true,
  judge: (item, current) => {
    if (current === undefined) return gone(item, false, 'not there any more when its quarantine was lifted');
    return isAsBefore(item, current) ? 'as-wanted' : 'call';
  },
  call: async (kind, api, [item]) => kind.quarantine?.lift(api, item),
  seen: (item, current) => {
    if (!isAsBefore(item, current)) return undefined;
    const lifted = 'lifted from quarantine, read back: as it was before';
    const held = needed.get(item.id);
    return held ? blocked(item, LIFTED, `${held.reason}; ${lifted}`, held.keeps) : blocked(item, LIFTED, lifted);
  },
  unseen: () => ({ code: 'NotVisible', message: 'the cloud accepted the change but does not show it yet' }),
});

/** Pure: what is in quarantine and needed by what an approver keeps working, with that as its hold. */
function neededByKept({ items }: Plan, { waived, quarantined }: Ledger): Map<string, Hold> {
  const kept = new Map([...waived].flatMap(([id, { keeps }]) => (keeps ? [[id, keeps] as const] : [])));
  return new Map([...keptWith(items, kept)].filter(([id]) => quarantined.has(id) && !waived.has(id)));
}

function isAsBefore(item: PlanItem, current: Json | undefined): boolean {
  return current !== undefined && fingerprint(current) === item.fingerprint;
}

export interface LiftInput {
  run: string;
  planHash: string;
  /** Item ids; everything in quarantine when absent. */
  items?: string[];
}

/**
 * Lifts also outside of change windows, and with what an approver keeps working all that this needs and is in quarantine. Says of each item what became of it; what could
 * not be lifted stays known as being in quarantine.
 */
export async function liftQuarantine(deps: Deps, input: LiftInput): Promise<Outcome[]> {
  const ledger = await deps.journal.ledger(input.run);
  const plan = input.items && (await currentPlan(deps, ledger));
  const needed = plan ? neededByKept(plan, ledger) : new Map<string, Hold>();
  const items = await quarantinedItems(deps, ledger, input.items && [...input.items, ...needed.keys()]);
  if (items.length === 0) return [];
  const { outcomes } = await carryOut(await openWork(deps, input, lifting(needed)), items);
  return outcomes;
}
