import { itemHash } from '../../model/item-hash.ts';
import type { ItemSet } from '../../model/messages/item-decision.ts';
import type { RunView } from '../../model/messages/status.ts';
import { mayBeWaived } from '../../model/sign-in.ts';
import { waitsForOthers, type Outcome } from '../../model/outcome.ts';
import { awaited } from '../../model/waiting.ts';

/** Names a set of items as the run knows it: by count and hash, so that a set that changed meanwhile is refused. */
export function itemSet(all: string[], only?: string[]): ItemSet {
  const ids = (only ?? all).toSorted();
  return { count: ids.length, hash: itemHash(ids), ...(only ? { only: ids } : {}) };
}

/** What waits for a decision now and is held by something of its own: what merely waits for others goes on with them. */
export function heldNow({ unresolved, awaiting }: Pick<RunView, 'unresolved' | 'awaiting'>): Outcome[] {
  const waiting = new Set(awaited(awaiting, 'items').flatMap((w) => w.items));
  return unresolved.filter((o) => waiting.has(o.item) && !waitsForOthers(o));
}

/** Of these, what a decision is about that names none: no waiver is about what failed to sign in. */
export function heldFor(kind: 'waive' | 'retry', view: Pick<RunView, 'unresolved' | 'awaiting'>): Outcome[] {
  return heldNow(view).filter((o) => kind === 'retry' || mayBeWaived(o));
}

/** The same as a set. A collector that is tried again is unresolved, too, but not asked about: then the set says which it means. */
export function setNow(kind: 'waive' | 'retry', view: Pick<RunView, 'unresolved' | 'awaiting'>): ItemSet {
  const held = heldFor(kind, view).map((o) => o.item);
  const all = view.unresolved.filter((o) => !waitsForOthers(o) && (kind === 'retry' || mayBeWaived(o)));
  return itemSet(held, held.length < all.length ? held : undefined);
}
