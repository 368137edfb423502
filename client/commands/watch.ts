import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_CODES } from '../../model/errors.ts';
import { viewOf } from '../run/ask.ts';
import { evidenceOf } from '../records/evidence-folder.ts';
import type { Command } from '../terminal/command.ts';
import { renderStatus } from '../render/status.ts';
import { waitingFor } from '../render/waiting.ts';
import { retryingOf } from '../run/retrying.ts';
import { withSession } from '../run/session.ts';

const EVERY_MS = 1_000;

export const watch: Command = {
  name: 'watch',
  summary: 'Show a run again whenever it changes, until it ends. Exit 0 only when it completed.',
  positionals: ['RUN'],
  options: {},
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io.env, async (session) => {
      let shown = '';
      for (;;) {
        const view = await viewOf(session, run);
        const retrying = await retryingOf(session, run);
        const evidence = view.status === 'running' ? undefined : await evidenceOf(session, run);
        const now = json
          ? JSON.stringify({ ...view, retrying, waits: waitingFor(view), evidence })
          : renderStatus(view, retrying, evidence, io.program);
        if (now !== shown) io.out(now);
        shown = now;
        if (view.status !== 'running') return view.status === 'completed' || view.status === 'dry-run' ? 0 : EXIT_CODES.NotClean;
        await sleep(EVERY_MS);
      }
    });
  },
};
