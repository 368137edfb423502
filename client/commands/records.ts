import * as messages from '../../workflows/messages/index.ts';
import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { lostRecords } from '../../model/records-head.ts';
import { awaited } from '../../model/waiting.ts';
import { send, viewOf } from '../run/ask.ts';
import { withSession } from '../run/session.ts';
import { StoresRecords, withStore } from '../records/store-reader.ts';
import { recordedPlan, tellPlan } from './plan.ts';
import { tellReport } from './report.ts';
import type { Action, Io } from '../terminal/command.ts';
import { formatOf, optional, personOf, ticketOf, type Values } from '../terminal/values.ts';

export const records: Action = {
  async run({ positionals: [verb = '', run = ''], values, json }, io) {
    switch (verb) {
      case 'accept':
        return await accept(run, values, json, io);
      case 'report':
        return await withStore(io.env, (there) => tellReport(new StoresRecords(there), run, json, io));
      case 'plan':
        return await withStore(io.env, async (there) => {
          const reader = new StoresRecords(there);
          await tellPlan(reader, await recordedPlan(reader, run), run, formatOf(values, json, ['table', 'json', 'sh']), io);
        });
      default:
        throw new OffboardError('Usage', `${verb} is nothing to do with records`, { next: [step('records', 'accept', 'RUN')] });
    }
  },
};

/** What is accepted is what the run tells of now: the head that it had left, and the one that is there. */
async function accept(run: string, values: Values, json: boolean, io: Io): Promise<void> {
  const by = personOf(values, io);
  const reason = optional(values, 'reason') ?? '';
  await withSession(io.env, async (session) => {
    const [waits] = awaited((await viewOf(session, run)).awaiting, 'worker');
    if (!waits?.expected || !waits.found)
      throw new OffboardError('NotAllowed', `RUN: ${run} waits for no records that could be accepted`, { next: [step('status', run)] });
    const { expected: from, found: to } = waits;
    await send(session, run, messages.acceptRecords, { by, reason, from, to, ...ticketOf(values) });
    const lost = lostRecords(waits);
    io.out(
      json
        ? JSON.stringify({ workflowId: run, from, to, lost })
        : `${lost} records are accepted as lost. The run makes a new plan, which must be approved: ${spell(step('status', run), io.program)}`,
    );
  });
}
