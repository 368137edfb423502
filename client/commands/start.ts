import { OffboardError, undefinedIf } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import type { Action } from '../terminal/command.ts';
import { optional, personOf, type Values } from '../terminal/values.ts';
import { withSession } from '../run/session.ts';
import { viewOf } from '../run/ask.ts';
import { startRun } from '../run/start.ts';
import { readRawManifest } from '../terminal/manifest-file.ts';

export const start: Action = {
  async run({ positionals: [file = ''], values, json }, io) {
    const by = personOf(values, io);
    const adopting = adoptionOf(values);
    const manifest = readRawManifest(file);
    return await withSession(io, async (session) => {
      const { handle, isNew } = await startRun(session, manifest, by, { dryRun: values['dry-run'] === true, ...adopting });
      // One that the worker cannot read, for want of the right keys, is refused at once, and never began.
      if (isNew) await viewOf(session, handle.workflowId).catch(undefinedIf((error) => !isRefusal(error)));
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

function isRefusal(error: unknown): boolean {
  return error instanceof OffboardError && ['StartRefused', 'AnswerRefused'].includes(error.code);
}

/** Only a run that may change something takes over from another. Throws Usage. */
function adoptionOf(values: Values): { adopt?: string; oldTemporalGone?: string } {
  const [adopt, gone] = [optional(values, 'adopt'), optional(values, 'old-temporal-gone')];
  if (adopt === undefined) {
    if (gone !== undefined) throw new OffboardError('Usage', '--old-temporal-gone: belongs to --adopt RUN; name the run to take over from');
    return {};
  }
  if (values['dry-run'] === true) throw new OffboardError('Usage', '--adopt: a dry run takes over from no other; leave one of the two out');
  return { adopt, ...(gone === undefined ? {} : { oldTemporalGone: gone }) };
}
