import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CODES } from '../../model/errors.ts';
import type { Action } from '../terminal/command.ts';
import { patiently } from '../run/passing.ts';
import { withSession } from '../run/session.ts';
import { showRun } from './shared/show-run.ts';

const EVERY_MS = 1_000;

export const watch: Action = {
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io, async (session) => {
      const patient = patiently(run, (line) => io.err(`${line}\n`));
      const show = () => showRun(session, run, json, io.program);
      // What cannot be shown at first is told as an error: it may be another's name, or nobody works.
      let now: Awaited<ReturnType<typeof show>> | undefined = await show();
      for (let shown = ''; ;) {
        if (now) {
          const { status, text } = now;
          if (text !== shown) io.out(text);
          shown = text;
          if (status !== 'running') return status === 'completed' || status === 'dry-run' ? 0 : EXIT_CODES.NotClean;
        }
        await sleep(EVERY_MS);
        now = await patient(show);
      }
    });
  },
};
