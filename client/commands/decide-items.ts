import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import * as messages from '../../workflows/messages/index.ts';
import { itemHash } from '../../model/item-hash.ts';
import type { ItemSet } from '../../model/messages/item-decision.ts';
import type { RunView } from '../../model/messages/status.ts';
import { waitsForOthers, type Outcome } from '../../model/outcome.ts';
import { awaited } from '../../model/waiting.ts';
import { send, viewOf } from '../run/ask.ts';
import { text, type Command } from '../terminal/command.ts';
import { BY, personOf, TICKET, ticketOf } from '../terminal/person.ts';
import { withSession } from '../run/session.ts';

/** Names a set of items as the run knows it: by count and hash, so that a set that changed meanwhile is refused. */
export function itemSet(all: string[], only: string[] | undefined): ItemSet {
  const ids = (only ?? all).toSorted();
  return { count: ids.length, hash: itemHash(ids), ...(only ? { only: ids } : {}) };
}

/** What waits for a decision now and is held by something of its own: what merely waits for others goes on with them. */
export function heldNow({ unresolved, awaiting }: Pick<RunView, 'unresolved' | 'awaiting'>): Outcome[] {
  const waiting = new Set(awaited(awaiting, 'items').flatMap((w) => w.items));
  return unresolved.filter((o) => waiting.has(o.item) && !waitsForOthers(o));
}

/** The same as a set. A collector that is tried again is unresolved, too, but not asked about: then the set says which it means. */
export function setNow(view: Pick<RunView, 'unresolved' | 'awaiting'>): ItemSet {
  const held = heldNow(view).map((o) => o.item);
  const all = view.unresolved.filter((o) => !waitsForOthers(o));
  return itemSet(held, held.length < all.length ? held : undefined);
}

function itemsCommand(name: 'waive' | 'retry', summary: string): Command {
  return {
    name,
    summary,
    positionals: ['RUN'],
    options: {
      items: {
        type: 'string',
        value: 'ID,ID',
        help: 'the items; by default all that are held themselves (what waits for them goes on by itself)',
      },
      reason: { type: 'string', needed: true, value: 'TEXT', help: 'why' },
      ...TICKET,
      ...BY,
    },
    async run({ positionals: [run = ''], values, json }, io) {
      const by = personOf(values, io);
      return await withSession(io.env, async (session) => {
        const view = await viewOf(session, run);
        const known = view.unresolved.map((o) => o.item);
        const only = typeof values['items'] === 'string' ? values['items'].split(',').map((id) => id.trim()) : undefined;
        const stranger = only?.find((id) => !known.includes(id));
        if (stranger !== undefined) {
          throw new OffboardError('ItemsMismatch', `--items: ${stranger} is not unresolved; look at what is`, {
            next: [step('status', run)],
          });
        }
        const reason = text(values, 'reason');
        const items = await send(session, run, messages[name], {
          items: only ? itemSet(only, only) : setNow(view),
          by,
          reason,
          ...ticketOf(values),
        });
        io.out(
          json ? JSON.stringify({ workflowId: run, items }) : `${name === 'waive' ? 'Left in place' : 'Tried again'}: ${items.join(', ')}`,
        );
        return 0;
      });
    },
  };
}

export const waive = itemsCommand('waive', 'Leave unresolved items in place, with a reason, and go on; what waited for them goes on, too.');
export const retry = itemsCommand('retry', 'Have unresolved items tried again.');
