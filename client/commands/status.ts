import { OffboardError } from '../../model/errors.ts';
import { renderDiscovery } from '../render/discovery.ts';
import { discoveryStatus, isDiscovery } from '../run/discovery.ts';
import type { Command } from '../terminal/command.ts';
import { recordsOf } from '../records/records.ts';
import { renderReport } from '../render/report.ts';
import { withSession } from '../run/session.ts';
import { showRun } from './shared/show-run.ts';

export const status: Command = {
  name: 'status',
  summary: 'Where a run is, what it did, whom it waits for and what to type. A run Temporal has forgotten is told from the journal.',
  positionals: ['RUN'],
  options: {},
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io.env, async (session) => {
      if (isDiscovery(run)) {
        const found = await discoveryStatus(session, run);
        io.out(json ? JSON.stringify(found) : renderDiscovery(found));
        return 0;
      }
      try {
        io.out((await showRun(session, run, json, io.program)).text);
      } catch (error) {
        if (!(error instanceof OffboardError) || error.code !== 'RunNotFound') throw error;
        const { summary } = await recordsOf(io.env, run).catch(() => {
          throw error;
        });
        io.out(json ? JSON.stringify(summary) : renderReport(summary, io.program));
      }
    });
  },
};
