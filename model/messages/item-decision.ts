import { counted } from '../counted.ts';
import type { Proof } from '../statement/statement.ts';
import { LOOK, refuse, type Verdict } from '../verdict.ts';
import { mayDecide, type DecisionContext } from './judging.ts';

/** A set of unresolved items, named by how many and by the SHA-256 of their sorted ids, one a line. */
export interface ItemSet {
  count: number;
  hash: string;
  /** The ids; absent for all that are unresolved and do not merely wait for others. */
  only?: string[];
}

/** An approver's word on unresolved items. */
export interface ItemsMessage {
  items: ItemSet;
  by: string;
  reason: string;
  ticket?: string;
  proof?: Proof;
}

/** Pure: are the items it names the ones that wait now, and may this person decide about them? */
export function judgeItems(decision: ItemsMessage, context: DecisionContext): Verdict {
  const items = context.items;
  const known = items && items.ids.length > 0 && items.ids.every((id) => items.unresolved.includes(id));
  if (!known || items.ids.length !== decision.items.count || items.hash !== decision.items.hash) {
    return refuse('ItemsMismatch', 'items: these are not the items that wait now; look at what waits and name them again', LOOK);
  }
  return mayDecide(decision.by, decision.reason, context);
}

export function itemsWords(kind: string, { items: { count } }: ItemsMessage, items: string[] | undefined): string {
  return `${kind} ${items === undefined ? counted(count, 'item') : items.join(', ')}`;
}
