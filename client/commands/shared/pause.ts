import * as messages from '../../../workflows/messages/index.ts';
import { OffboardError } from '../../../model/errors.ts';
import { send } from '../../run/ask.ts';
import { proven } from '../../run/prove.ts';
import type { Action } from '../../terminal/command.ts';
import { personOf } from '../../terminal/values.ts';
import { withSession, type Session } from '../../run/session.ts';

export function pauseAction(name: 'pause' | 'resume', done: string): Action {
  const say = async (session: Session, run: string, by: string): Promise<string> => {
    try {
      await send(session, run, messages[name], { by });
      return `${run} ${done}.`;
    } catch (error) {
      // Whoever wants to stop a run must not have to bring up a worker first.
      if (!(error instanceof OffboardError && error.code === 'NoWorker')) throw error;
      await session.client.workflow
        .getHandle(run)
        .signal(name === 'pause' ? messages.pauseSignal : messages.resumeSignal, await proven(session, run, name, { by }));
      return `No worker is there now; ${run} ${done} as soon as one is.`;
    }
  };
  return {
    async run({ positionals: [run = ''], values, json }, io) {
      const by = personOf(values, io);
      return await withSession(io, async (session) => {
        const answer = await say(session, run, by);
        io.out(json ? JSON.stringify({ workflowId: run, [name]: true }) : answer);
      });
    },
  };
}
