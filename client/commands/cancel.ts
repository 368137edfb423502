import { requireRun } from '../ask.ts';
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';

export const cancel: Command = {
  name: 'cancel',
  summary: 'Stop a run for good, between items. What is removed stays removed; evidence is written.',
  positionals: ['RUN'],
  options: {},
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io.env, async (session) => {
      await requireRun(session, run);
      await session.client.workflow.getHandle(run).cancel();
      io.out(json ? JSON.stringify({ workflowId: run, cancel: true }) : `${run} stops after the item under way.`);
      return 0;
    });
  },
};
