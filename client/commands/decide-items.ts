import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import * as messages from '../../workflows/messages.ts';
import { itemHash } from '../../model/item-hash.ts';
import { waitsForOthers } from '../../model/outcome.ts';
import type { ItemSet } from '../../model/decision.ts';
import { send, viewOf } from '../run/ask.ts';
import { text, type Command } from '../terminal/command.ts';
import { BY, personOf, TICKET, ticketOf } from '../terminal/person.ts';
import { withSession } from '../run/session.ts';

/** Names a set of items as the run knows it: by count and hash, so that a set that changed meanwhile is refused. */
export function itemSet(all: string[], only: string[] | undefined): ItemSet {
  const ids = (only ?? all).toSorted();
  return { count: ids.length, hash: itemHash(ids), ...(only ? { only: ids } : {}) };
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
        const { unresolved } = await viewOf(session, run);
        const known = unresolved.map((o) => o.item);
        const held = unresolved.filter((o) => !waitsForOthers(o)).map((o) => o.item);
        const only = typeof values['items'] === 'string' ? values['items'].split(',').map((id) => id.trim()) : undefined;
        const stranger = only?.find((id) => !known.includes(id));
        if (stranger !== undefined) {
          throw new OffboardError('ItemsMismatch', `--items: ${stranger} is not unresolved; look at what is`, {
            next: [step('status', run)],
          });
        }
        const reason = text(values, 'reason');
        const items = await send(session, run, messages[name], { items: itemSet(held, only), by, reason, ...ticketOf(values) });
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
