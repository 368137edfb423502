import { refusalToRemove } from '../../../model/approval.ts';
import { fingerprint } from '../../../model/canonical.ts';
import type { Json } from '../../../model/finding.ts';
import { isDone } from '../../../model/ledger.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { Deps } from '../../deps.ts';
import { isQuarantined, kindOf, quarantineOf } from '../../look/kinds.ts';
import { apply, type ApplyInput, type ApplyResult } from '../engine.ts';
import { heldBack, drift, gone } from './remove.ts';
import { intentOf, type BatchOperation, type Judgement, type Reach, type RunAtWork } from '../operation.ts';

/** Reversible first: denies or disables what a removal would take away, by the approval that covers its removal. */
const QUARANTINE: BatchOperation = {
  refusal: refusalToRemove,
  held: heldFromQuarantine,
  opposed: true,
  judgedAgain: true,
  // Its time begins again, also where an approver wants it kept there although it was used.
  intent: (item, planHash) => ({ ...intentOf(item, planHash), quarantine: true }),
  judge,
  call: async (kind, api, [item]) => kind.quarantine?.put(api, item),
  seen: (item, current, kind) =>
    current !== undefined && isQuarantined(kind, current, item.snapshot)
      ? { item: item.id, outcome: 'quarantined', reason: 'in quarantine, read back: nobody can use it, and it can be lifted' }
      : undefined,
  unseen: () => ({ code: 'NotVisible', message: 'the cloud accepted the change but does not show it yet' }),
};

/** Puts in quarantine those of the items whose cloud has such a step. */
export async function putInQuarantine(deps: Deps, input: ApplyInput): Promise<ApplyResult> {
  return await apply(deps, input, QUARANTINE, (item) => quarantineOf(deps, item) !== undefined);
}

/** What uses a thing must be in quarantine before it, or have no such step: what is held stays usable, and so does what it needs. */
function heldFromQuarantine(item: PlanItem, { deps, plan, ledger }: RunAtWork): Outcome | undefined {
  const ready = (id: string) => {
    const user = plan.items.find((i) => i.id === id);
    return isDone(ledger, id) || ledger.quarantined.has(id) || (user !== undefined && !user.guard && !quarantineOf(deps, user));
  };
  return heldBack({ ...item, dependsOn: item.dependsOn.filter((id) => !ready(id)) }, plan, ledger);
}

function judge(item: PlanItem, current: Json | undefined, { cloud, ledger }: Reach): Judgement {
  const kind = kindOf(cloud, item);
  if (current === undefined) return gone(item, false, kind.gone ?? 'not found');
  const done = isQuarantined(kind, current, item.snapshot);
  const byUs = done && ledger.quarantined.has(item.id);
  if (fingerprint(current) !== item.fingerprint && !byUs) return drift(item, current);
  return done ? 'as-wanted' : 'call';
}
