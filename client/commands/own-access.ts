import { OffboardError } from '../../model/errors.ts';
import type { Action } from '../terminal/command.ts';
import { formatOf } from '../terminal/values.ts';
import { manifestOf, recordsOf, withRecords } from '../records/records.ts';
import { renderOwnAccess } from '../render/own-access.ts';
import { ownAccessScript } from '../render/own-access-script.ts';

export const ownAccess: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const format = formatOf(values, json, ['table', 'json', 'sh']);
    const {
      run: journal,
      summary,
      plan,
      manifest,
    } = await withRecords(io.env, async (reader) => {
      const found = await recordsOf(reader, run);
      return { ...found, manifest: format === 'sh' && found.plan ? await manifestOf(reader, found.run, found.plan) : undefined };
    });
    const { ownAccess: access } = summary;
    if (!access || !plan) {
      const why = summary.status === 'running' ? 'it is read when the run ends' : 'it ended without a plan';
      throw new OffboardError('NotAllowed', `RUN: what the worker itself may do was not read in ${journal}: ${why}`);
    }
    if (format === 'json') io.out(JSON.stringify({ run: journal, ...access }));
    else if (format === 'table') io.out(renderOwnAccess(access, summary.workflowId, io.program));
    else if (manifest) io.out(ownAccessScript(access, { run: journal, manifest, now: new Date() }));
  },
};
