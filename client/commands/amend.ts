import * as messages from '../../workflows/messages/index.ts';
import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { send } from '../run/ask.ts';
import type { Action } from '../terminal/command.ts';
import { several, text, personOf, ticketOf } from '../terminal/values.ts';
import { withSession } from '../run/session.ts';

export const amend: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const by = personOf(values, io);
    const overrides = several(values, 'override').map(overrideOf);
    return await withSession(io, async (session) => {
      await send(session, run, messages.amend, { by, reason: text(values, 'reason'), overrides, ...ticketOf(values) });
      io.out(
        json
          ? JSON.stringify({ workflowId: run, amend: true })
          : `The plan is being amended. Look at it: ${spell(step('status', run), io.program)}`,
      );
    });
  },
};

function overrideOf(value: string): { item: string; reason: string } {
  const at = value.lastIndexOf('=');
  const [item, reason] = [value.slice(0, at), value.slice(at + 1)];
  if (at < 1 || reason.length < 10)
    throw new OffboardError('Usage', '--override: write ITEM=REASON with a reason of at least 10 characters');
  return { item, reason };
}
