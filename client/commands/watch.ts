import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CODES } from '../../model/errors.ts';
import type { Action } from '../terminal/command.ts';
import { withSession } from '../run/session.ts';
import { showRun } from './shared/show-run.ts';

const EVERY_MS = 1_000;

export const watch: Action = {
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io, async (session) => {
      let shown = '';
      for (;;) {
        const { view, text } = await showRun(session, run, json, io.program);
        if (text !== shown) io.out(text);
        shown = text;
        if (view.status !== 'running') return view.status === 'completed' || view.status === 'dry-run' ? 0 : EXIT_CODES.NotClean;
        await sleep(EVERY_MS);
      }
    });
  },
};
