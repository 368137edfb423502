import { OffboardError } from '../../model/errors.ts';
import { renderDiscovery } from '../render/discovery.ts';
import { discoveryStatus, isDiscovery } from '../run/discovery.ts';
import type { Action } from '../terminal/command.ts';
import { withSession } from '../run/session.ts';
import { showRun } from './shared/show-run.ts';

export const status: Action = {
  async run({ positionals: [run = ''], json }, io) {
    return await withSession(io, async (session) => {
      if (isDiscovery(run)) {
        const found = await discoveryStatus(session, run);
        io.out(json ? JSON.stringify(found) : renderDiscovery(found));
        return 0;
      }
      try {
        io.out((await showRun(session, run, json, io.program)).text);
      } catch (error) {
        if (!(error instanceof OffboardError) || error.code !== 'RunNotFound') throw error;
        // Only a run that Temporal has forgotten needs the records.
        const [{ tellReport }, { WorkersRecords }] = await Promise.all([import('./report.ts'), import('../records/worker-reader.ts')]);
        await tellReport(new WorkersRecords(session), run, json, io).catch(() => {
          throw error;
        });
      }
    });
  },
};
