import { OffboardError } from '../../../model/errors.ts';
import { step } from '../../../model/next-step.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { send, viewOf } from '../../run/ask.ts';
import { itemSet, setNow } from '../../run/item-set.ts';
import type { Command } from '../../terminal/command.ts';
import { list, text, BY, personOf, TICKET, ticketOf } from '../../terminal/values.ts';
import { withSession } from '../../run/session.ts';

export function itemsCommand(name: 'waive' | 'retry', summary: string): Command {
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
        const only = list(values, 'items');
        const stranger = only?.find((id) => !known.includes(id));
        if (stranger !== undefined) {
          throw new OffboardError('ItemsMismatch', `--items: ${stranger} is not unresolved; look at what is`, {
            next: [step('status', run)],
          });
        }
        const set = only ? itemSet(only, only) : setNow(view);
        const message = { items: set, by, reason: text(values, 'reason'), ...ticketOf(values) };
        const items = await send(session, run, messages[name], message);
        io.out(
          json ? JSON.stringify({ workflowId: run, items }) : `${name === 'waive' ? 'Left in place' : 'Tried again'}: ${items.join(', ')}`,
        );
      });
    },
  };
}
