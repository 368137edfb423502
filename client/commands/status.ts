import { OffboardError } from '../../model/errors.ts';
import { isDiscovery } from '../../model/run-name.ts';
import type { Action } from '../terminal/command.ts';
import { withSession } from '../run/session.ts';
import { showRun } from './shared/show-run.ts';

export const status: Action = {
  async run({ positionals: [run = ''], json }, io) {
    await withSession(io, async (session) => {
      try {
        io.out((await showRun(session, run, json, io.program)).text);
      } catch (error) {
        if (!(error instanceof OffboardError) || error.code !== 'RunNotFound' || isDiscovery(run)) throw error;
        // Only a run that Temporal has forgotten needs the records.
        const [{ tellReport }, { WorkersRecords }] = await Promise.all([import('./report.ts'), import('../records/worker-reader.ts')]);
        await tellReport(new WorkersRecords(session), run, json, io).catch(() => {
          throw error;
        });
      }
    });
  },
};
