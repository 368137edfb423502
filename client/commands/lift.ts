import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { LIFTED } from '../../model/outcome.ts';
import * as messages from '../../workflows/messages/index.ts';
import { removalsOf } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { send } from '../run/ask.ts';
import { liftEnded } from '../run/lift-ended.ts';
import { describeIfKnown, withSession, type Session } from '../run/session.ts';
import type { Action, Io } from '../terminal/command.ts';
import { list, personOf, text } from '../terminal/values.ts';

interface Asked {
  run: string;
  by: string;
  reason: string;
  items: string[] | undefined;
}

export const lift: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const asked = { run, by: personOf(values, io), reason: text(values, 'reason'), items: list(values, 'items') };
    return await withSession(io, async (session) => {
      const described = await describeIfKnown(session, run);
      await (described?.status.name === 'RUNNING' ? liftInRun : liftLeft)(session, asked, json, io);
    });
  },
};

async function liftInRun(session: Session, { run, by, reason, items: named }: Asked, json: boolean, io: Io): Promise<void> {
  const outcomes = await send(session, run, messages.lift, { by, reason, ...(named === undefined ? {} : { items: named }) });
  const lifted = outcomes.filter((o) => o.code === LIFTED).map((o) => o.item);
  const stuck = outcomes.filter((o) => o.code !== LIFTED);
  if (json) io.out(JSON.stringify({ workflowId: run, lifted, outcomes }));
  else {
    io.out(`Lifted ${lifted.length}: ${lifted.join(', ') || 'nothing'}`);
    for (const o of stuck) io.out(`Not lifted: ${o.item}: ${o.reason}`);
    if (named === undefined) io.out(`${run} ends: nothing more is removed.`);
  }
  const [first] = stuck.filter((o) => named?.includes(o.item) ?? true);
  if (first)
    throw new OffboardError('NotClean', `${first.item} is not as it was before: ${first.reason}; look at it`, {
      next: [step('status', run)],
    });
}

/** The run has ended, or Temporal no longer knows it. */
async function liftLeft(session: Session, { run: name, by, reason, items }: Asked, json: boolean, io: Io): Promise<void> {
  const { run, ledger, plans } = await removalsOf(new WorkersRecords(session), name);
  const tenantId = plans.at(-1)?.tenantId;
  if (tenantId === undefined || ledger.restores !== undefined)
    throw new OffboardError('InvalidValue', `RUN: ${run} put nothing in quarantine; name an offboarding that did`);
  if (items !== undefined)
    throw new OffboardError(
      'NotAllowed',
      `--items: ${run} has ended, so all that it left in quarantine is lifted; single things are given back by a restore`,
      {
        next: [step('restore', run, '--item', 'ID', '--by', 'NAME')],
      },
    );
  const { workflowId, result } = await liftEnded(session, { tenantId, restores: run, by, reason });
  if (json) io.out(JSON.stringify({ workflowId, restores: run, ...(result ? { status: result.status, reason: result.reason } : {}) }));
  else io.out(result ? `${workflowId} ended (${result.status}): ${result.reason}` : `${workflowId} waits for people.`);
  if (result?.status === 'completed') return;
  throw new OffboardError(
    'NotClean',
    `not all that ${run} left in quarantine is given back; look at ${spell(step('status', workflowId), io.program)}`,
    {
      next: [step('status', workflowId)],
    },
  );
}
