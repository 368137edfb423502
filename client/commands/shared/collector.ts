import * as messages from '../../../workflows/messages/index.ts';
import { renderCollector } from '../../render/collector.ts';
import { send } from '../../run/ask.ts';
import { withSession } from '../../run/session.ts';
import type { Action } from '../../terminal/command.ts';
import { personOf } from '../../terminal/values.ts';

/** What the recipient of a one-time password says of a collector; answered with where that is now. */
export function collectorAction(name: 'ready' | 'resend-otp'): Action {
  return {
    async run({ positionals: [run = '', collector = ''], values, json }, io) {
      const by = personOf(values, io);
      await withSession(io, async (session) => {
        const view = await send(session, run, name === 'ready' ? messages.collectorReady : messages.resendOtp, { collector, by });
        io.out(json ? JSON.stringify(view) : renderCollector(view, run, by, io.program));
      });
    },
  };
}
