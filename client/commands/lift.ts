import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { LIFTED } from '../../model/outcome.ts';
import * as messages from '../../workflows/messages/index.ts';
import { send } from '../run/ask.ts';
import type { Action } from '../terminal/command.ts';
import { list, text, personOf } from '../terminal/values.ts';
import { withSession } from '../run/session.ts';

export const lift: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const by = personOf(values, io);
    const named = list(values, 'items');
    return await withSession(io, async (session) => {
      const message = { by, reason: text(values, 'reason'), ...(named === undefined ? {} : { items: named }) };
      const outcomes = await send(session, run, messages.lift, message);
      const lifted = outcomes.filter((o) => o.code === LIFTED).map((o) => o.item);
      const stuck = outcomes.filter((o) => o.code !== LIFTED);
      if (json) io.out(JSON.stringify({ workflowId: run, lifted, outcomes }));
      else {
        io.out(`Lifted ${lifted.length}: ${lifted.join(', ') || 'nothing'}`);
        for (const o of stuck) io.out(`Not lifted: ${o.item}: ${o.reason}`);
        if (named === undefined) io.out(`${run} ends: nothing more is removed.`);
      }
      const [first] = stuck.filter((o) => named?.includes(o.item) ?? true);
      if (first)
        throw new OffboardError('NotClean', `${first.item} is not as it was before: ${first.reason}; look at it`, {
          next: [step('status', run)],
        });
    });
  },
};
