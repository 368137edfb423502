import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../../model/canonical.ts';
import { isSettled, type Ledger } from '../../model/ledger.ts';
import { refusalToLift, refusalToRemove } from '../../model/approval.ts';
import { LIFTED, type Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import type { Quarantine } from '../kind.ts';
import { kindOf, quarantineOf } from '../look/kinds.ts';
import { unlessOpposed } from './opposing-run.ts';
import { carryOut, selected, type Action, type RemoveInput, type RemoveResult } from './remove.ts';
import { drift, fromFailure, gone, heldBack, persistently, READ_BACK_DELAYS, type Attempt, type ItemSteps } from './remove-item.ts';

/** Reversible first: what a cloud can deny or disable is put in quarantine, by the approval that covers its removal. */
export async function putInQuarantine(deps: Deps, input: RemoveInput): Promise<RemoveResult> {
  const stepOf = (item: PlanItem) => quarantineOf(deps, item);
  const action: Action = {
    refusal: refusalToRemove,
    held: (item, plan, ledger) => heldFromQuarantine(item, plan, ledger, stepOf),
    together: async ([item, ...more], steps) => {
      if (!item || more.length > 0) throw new TypeError('a quarantine is put item by item');
      return [await put(item, steps)];
    },
    intent: (item, planHash) => ({ type: 'intent', item: item.id, planHash, phase: item.phase, quarantine: true }),
  };
  return await carryOut(deps, input, await unlessOpposed(deps, input.run, action), (plan, work) =>
    selected(plan, work).filter((i) => stepOf(i) !== undefined),
  );
}

export interface LiftInput {
  run: string;
  planHash: string;
  /** Item ids; everything in quarantine when absent. */
  items?: string[];
}

/**
 * Makes what is in quarantine as it was before, also outside of change windows. Needs no approval: it only undoes what this run did. Says
 * of each what became of it; what could not be lifted stays known as being in quarantine.
 */
export async function liftQuarantine(deps: Deps, { run, planHash, items }: LiftInput): Promise<Outcome[]> {
  const ledger = deps.journal.ledger(run);
  const chosen = await quarantinedItems(deps, ledger, items);
  if (chosen.length === 0) return [];
  const action: Action = {
    refusal: (item, _plan, _hash, known) => refusalToLift(item, known),
    held: () => undefined,
    together: async ([item, ...more], steps) => {
      if (!item || more.length > 0) throw new TypeError('a quarantine is lifted item by item');
      return [await lift(item, steps)];
    },
    intent: (item) => ({ type: 'intent', item: item.id, planHash, phase: item.phase, quarantine: true }),
    atAnyTime: true,
  };
  const [first] = chosen;
  const work = { phase: first?.phase ?? 'permissions', items: chosen.map((i) => i.id) };
  const { outcomes } = await carryOut(deps, { run, planHash, work }, action, () => chosen);
  return outcomes;
}

/** What is in quarantine, with the definition each had before: that of the plan under which it was put there. */
export async function quarantinedItems(deps: Pick<Deps, 'artifacts'>, ledger: Ledger, only?: string[]): Promise<PlanItem[]> {
  const items: PlanItem[] = [];
  for (const [artifact, of] of Map.groupBy(ledger.quarantined, ([, q]) => q.artifact)) {
    const ids = new Set(of.map(([id]) => id));
    const plan = await deps.artifacts.get<Plan>(artifact);
    items.push(...plan.items.filter((i) => ids.has(i.id) && (only === undefined || only.includes(i.id))));
  }
  return items;
}

/** What uses a thing must be in quarantine before it, or have no such step: what is held stays usable, and so does what it needs. */
function heldFromQuarantine(
  item: PlanItem,
  plan: Plan,
  ledger: Ledger,
  stepOf: (item: PlanItem) => Quarantine<unknown> | undefined,
): Outcome | undefined {
  const ready = (id: string) => {
    const user = plan.items.find((i) => i.id === id);
    return isSettled(ledger, id) || ledger.quarantined.has(id) || (user !== undefined && !user.guard && !stepOf(user));
  };
  return heldBack({ ...item, dependsOn: item.dependsOn.filter((id) => !ready(id)) }, plan, ledger);
}

async function put(item: PlanItem, steps: ItemSteps): Promise<Attempt> {
  const kind = kindOf(steps.cloud, item);
  const { quarantine } = kind;
  if (!quarantine) throw new Error(`${item.kind} has no quarantine`);
  const wanted = fingerprint(quarantine.quarantined(item.snapshot));
  const look = await persistently(steps.cloud, () => kind.read(steps.api, item));
  if (!look.ok) return fromFailure(item, look.failure);
  if (look.value === undefined) return { item, outcome: gone(item, false, kind.gone ?? 'not found') };
  const now = fingerprint(look.value);
  const ours = now === wanted && steps.ledger.quarantined.has(item.id);
  if (now !== item.fingerprint && !ours) return { item, outcome: drift(item, look.value) };
  // Its time begins anew, also where an approver wants it kept there although it was used.
  await steps.intend([item]);
  if (now !== wanted) {
    const call = await persistently(steps.cloud, () => quarantine.put(steps.api, item));
    if (!call.ok) return fromFailure(item, call.failure);
  }
  return await untilIs(item, wanted, steps, {
    item: item.id,
    outcome: 'quarantined',
    reason: 'in quarantine, read back: nobody can use it, and it can be lifted',
  });
}

async function lift(item: PlanItem, steps: ItemSteps): Promise<Attempt> {
  const kind = kindOf(steps.cloud, item);
  const look = await persistently(steps.cloud, () => kind.read(steps.api, item));
  if (!look.ok) return fromFailure(item, look.failure);
  if (look.value === undefined) return { item, outcome: gone(item, false, 'not there any more when its quarantine was lifted') };
  if (fingerprint(look.value) !== item.fingerprint) {
    const call = await persistently(steps.cloud, async () => kind.quarantine?.lift(steps.api, item));
    if (!call.ok) return fromFailure(item, call.failure);
  }
  return await untilIs(item, item.fingerprint, steps, {
    item: item.id,
    outcome: 'blocked',
    code: LIFTED,
    reason: 'lifted from quarantine, read back: as it was before',
  });
}

/** Reads until the thing is as it was made; a cloud may show the old state for a while. */
async function untilIs(item: PlanItem, wanted: string, steps: ItemSteps, outcome: Outcome): Promise<Attempt> {
  const kind = kindOf(steps.cloud, item);
  for (const delay of READ_BACK_DELAYS) {
    const look = await persistently(steps.cloud, () => kind.read(steps.api, item));
    if (!look.ok) return fromFailure(item, look.failure);
    if (look.value !== undefined && fingerprint(look.value) === wanted) return { item, outcome };
    await sleep(delay);
  }
  return { item, later: { kind: 'retry', code: 'NotVisible', message: 'the cloud accepted the change but does not show it yet' } };
}
