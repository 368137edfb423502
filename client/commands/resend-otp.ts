import { renderCollector } from '../render/collector.ts';
import { send } from '../run/ask.ts';
import { withSession } from '../run/session.ts';
import type { Command } from '../terminal/command.ts';
import { BY, personOf } from '../terminal/person.ts';
import * as messages from '../../workflows/messages/index.ts';

export const resendOtp: Command = {
  name: 'resend-otp',
  summary: 'Have a fresh one-time password sent.',
  positionals: ['RUN', 'COLLECTOR'],
  options: BY,
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io.env, async (session) => {
      const view = await send(session, run, messages.resendOtp, { collector, by });
      io.out(json ? JSON.stringify(view) : renderCollector(view, run, by, io.program));
      return 0;
    });
  },
};
