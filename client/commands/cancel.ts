import * as messages from '../../workflows/messages/index.ts';
import { requireRun } from '../run/ask.ts';
import { proven } from '../run/prove.ts';
import type { Action } from '../terminal/command.ts';
import { personOf } from '../terminal/values.ts';
import { withSession } from '../run/session.ts';

export const cancel: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io, async (session) => {
      await requireRun(session, run);
      // Neither needs a worker: whoever wants to stop a run must not have to bring one up first.
      const handle = session.client.workflow.getHandle(run);
      await handle.signal(messages.cancelledBy, await proven(session, run, messages.cancelledBy.name, { by }));
      await handle.cancel();
      io.out(json ? JSON.stringify({ workflowId: run, cancel: true }) : `${run} stops after the item under way.`);
    });
  },
};
