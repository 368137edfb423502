import { send } from '../run/ask.ts';
import { withSession } from '../run/session.ts';
import type { Command } from '../terminal/command.ts';
import { BY, personOf, TICKET, ticketOf, text } from '../terminal/values.ts';
import * as messages from '../../workflows/messages/index.ts';

export const confirm: Command = {
  name: 'confirm',
  summary: 'Confirm what the portal said about a collector you deleted by hand, or attest that one is gone with the retired portal.',
  positionals: ['RUN', 'COLLECTOR'],
  options: {
    statement: { type: 'string', needed: true, value: 'TEXT', help: "the portal's words, or what the attestation rests on" },
    ...TICKET,
    ...BY,
  },
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io.env, async (session) => {
      const message = { collector, by, statement: text(values, 'statement'), ...ticketOf(values) };
      const outcome = await send(session, run, messages.confirmCollector, message);
      io.out(json ? JSON.stringify(outcome) : `${collector}: ${outcome.reason}`);
    });
  },
};
