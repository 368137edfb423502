import { spell, step } from '../../model/next-step.ts';
import type { Command } from '../terminal/command.ts';
import { BY, personOf } from '../terminal/values.ts';
import { withSession } from '../run/session.ts';
import { startRun } from '../run/start.ts';
import { readRawManifest } from '../terminal/manifest-file.ts';

export const start: Command = {
  name: 'start',
  summary: 'Start the offboarding a manifest describes, or attach to the one that is going on for its tenant.',
  positionals: ['MANIFEST'],
  options: { ...BY, 'dry-run': { type: 'boolean', help: 'discover and plan only; change nothing' } },
  async run({ positionals: [file = ''], values, json }, io) {
    const by = personOf(values, io);
    const manifest = readRawManifest(file);
    return await withSession(io.env, async (session) => {
      const { handle, isNew } = await startRun(session, manifest, by, values['dry-run'] === true);
      if (json) io.out(JSON.stringify({ workflowId: handle.workflowId, started: isNew }));
      else {
        io.out(
          isNew
            ? `Started ${handle.workflowId}.`
            : `${handle.workflowId} is going on already; nothing new was started and this manifest was not applied.`,
        );
        io.out(`Look at it: ${spell(step('status', handle.workflowId), io.program)}`);
      }
    });
  },
};
