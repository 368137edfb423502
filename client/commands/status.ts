import { OffboardError } from '../../model/errors.ts';
import { viewOf } from '../run/ask.ts';
import { discoveryStatus, isDiscovery, renderDiscovery } from '../run/discovery-status.ts';
import { evidenceOf } from '../records/evidence-folder.ts';
import type { Command } from '../terminal/command.ts';
import { recordsOf } from '../records/records.ts';
import { renderReport } from '../render/report.ts';
import { renderStatus } from '../render/status.ts';
import { waitingFor } from '../render/waiting.ts';
import { retryingOf } from '../run/retrying.ts';
import { withSession } from '../run/session.ts';

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
        const view = await viewOf(session, run);
        const retrying = await retryingOf(session, run);
        const evidence = view.status === 'running' ? undefined : await evidenceOf(session, run);
        io.out(
          json
            ? JSON.stringify({ ...view, retrying, waits: waitingFor(view), evidence })
            : renderStatus(view, retrying, evidence, io.program),
        );
      } catch (error) {
        if (!(error instanceof OffboardError) || error.code !== 'RunNotFound') throw error;
        const { summary } = await recordsOf(io.env, run).catch(() => {
          throw error;
        });
        io.out(json ? JSON.stringify(summary) : renderReport(summary, io.program));
      }
      return 0;
    });
  },
};
