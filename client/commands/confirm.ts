import { send } from '../run/ask.ts';
import { withSession } from '../run/session.ts';
import type { Action } from '../terminal/command.ts';
import { personOf, ticketOf, text } from '../terminal/values.ts';
import * as messages from '../../workflows/messages/index.ts';

export const confirm: Action = {
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io, async (session) => {
      const message = { collector, by, statement: text(values, 'statement'), ...ticketOf(values) };
      const outcome = await send(session, run, messages.confirmCollector, message);
      io.out(json ? JSON.stringify(outcome) : `${collector}: ${outcome.reason}`);
    });
  },
};
