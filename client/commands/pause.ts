import * as messages from '../../workflows/messages.ts';
import { requireRun } from '../ask.ts';
import type { Command } from '../command.ts';
import { BY, personOf } from '../person.ts';
import { withSession } from '../session.ts';

function pauseCommand(name: 'pause' | 'resume', summary: string, done: string): Command {
  return {
    name,
    summary,
    positionals: ['RUN'],
    options: BY,
    async run({ positionals: [run = ''], values, json }, io) {
      const by = personOf(values, io);
      return await withSession(io.env, async (session) => {
        await requireRun(session, run);
        await session.client.workflow.getHandle(run).signal(messages[name], { by });
        io.out(json ? JSON.stringify({ workflowId: run, [name]: true }) : `${run} ${done}.`);
        return 0;
      });
    },
  };
}

export const pause = pauseCommand('pause', 'Stop a run between items until it is resumed.', 'pauses after the item under way');
export const resume = pauseCommand('resume', 'Let a paused run go on.', 'goes on');
