import * as messages from '../../workflows/messages/index.ts';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Records } from '../../activities/records/open.ts';
import { SqliteStore } from '../../activities/records/sqlite/store.ts';
import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { lostRecords } from '../../model/records-head.ts';
import { awaited } from '../../model/waiting.ts';
import { send, viewOf } from '../run/ask.ts';
import { ask } from '../terminal/prompt.ts';
import { putBack, type PutBack } from '../records/put-back.ts';
import { removableRun } from '../records/remove-run.ts';
import { workersKeys } from '../../security/keys.ts';
import { check } from '../records/check.ts';
import { withSession } from '../run/session.ts';
import { StoresRecords, withStore } from '../records/store-reader.ts';
import { recordedPlan, tellPlan } from './plan.ts';
import { tellReport } from './report.ts';
import type { Action, Io } from '../terminal/command.ts';
import { formatOf, optional, personOf, ticketOf, type Values } from '../terminal/values.ts';

/** What may be done, and what each needs. */
const NEEDS = new Map<string, string[]>([
  ['accept', ['RUN']],
  ['report', ['RUN']],
  ['plan', ['RUN']],
  ['check', []],
  ['backup', ['FILE']],
  ['restore', ['FILE']],
  ['remove', ['RUN']],
]);

export const records: Action = {
  async run({ positionals: [verb = '', run = '', ...surplus], values, json }, io) {
    const needs = NEEDS.get(verb);
    if (needs === undefined)
      throw new OffboardError('Usage', `${verb} is nothing to do with records`, {
        next: [...NEEDS].map(([v, what]) => step('records', v, ...what)),
      });
    if ((run === '') !== (needs.length === 0) || surplus.length > 0)
      throw new OffboardError('Usage', `records ${verb} takes ${needs[0] ?? 'nothing more'}`, { next: [step('records', verb, ...needs)] });
    switch (verb) {
      case 'accept':
        return await accept(run, values, json, io);
      case 'report':
        return await withStore(io.env, (there) => tellReport(new StoresRecords(there), run, json, io));
      case 'check':
        return await withStore(io.env, (there) => check(there, json, io));
      case 'restore':
        return tellPutBack(putBack(io.env, workersKeys(io.env), run, new Date()), json, io);
      case 'remove':
        return await withStore(io.env, (there) => remove(there, run, optional(values, 'confirm'), json, io));
      case 'backup':
        return await withStore(io.env, (there) => backUp(there, run, json, io));
      default:
        return await withStore(io.env, async (there) => {
          const reader = new StoresRecords(there);
          await tellPlan(reader, await recordedPlan(reader, run), run, formatOf(values, json, ['table', 'json', 'sh']), io);
        });
    }
  },
};

/** Writes a copy of all records as they are at one moment, while workers go on. Throws InvalidValue, NotAllowed, NoRecords. */
async function backUp({ store }: Records, file: string, json: boolean, io: Io): Promise<void> {
  if (existsSync(file)) throw new OffboardError('InvalidValue', `FILE: ${file} is there already; name a new one`);
  if (!(store instanceof SqliteStore))
    throw new OffboardError(
      'NotAllowed',
      `FILE: the records are in ${store.where}: back that database up with PostgreSQL's own tools, such as pg_dump --schema=offboard`,
    );
  if (!existsSync(dirname(resolve(file))))
    throw new OffboardError('InvalidValue', `FILE: ${dirname(file)} is no folder; name one that is there`);
  // A copy that was cut off is none.
  const next = `${file}.next`;
  rmSync(next, { force: true });
  try {
    await store.ask('backup', next);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
  renameSync(next, file);
  io.out(json ? JSON.stringify({ from: store.where, file }) : `${file}: a copy of ${store.where}, to be kept together with its keys.json.`);
}

function tellPutBack({ where, kept }: PutBack, json: boolean, io: Io): void {
  const before = kept === undefined ? '' : ` What was there before is in ${kept}.`;
  io.out(
    json
      ? JSON.stringify({ where, kept })
      : `${where} is the backup now.${before} Runs that had gone further wait until they are told what to do: look at their status.`,
  );
}

/** For good: whoever does it types the run's whole name. Throws what `removableRun` throws, and ConfirmationWrong. */
async function remove(there: Records, name: string, confirm: string | undefined, json: boolean, io: Io): Promise<void> {
  const run = await removableRun(there, name, new Date());
  const typed =
    confirm ??
    (io.interactive
      ? await ask(`The records of ${run} go for good; nothing that it removed can be restored then.\nType its name: `, io)
      : '');
  if (typed !== run)
    throw new OffboardError(
      'ConfirmationWrong',
      `RUN: its records go for good only when its name is typed: ${run} (--confirm); nothing was removed`,
    );
  await there.store.remove(run);
  io.out(json ? JSON.stringify({ removed: run }) : `The records of ${run} are removed.`);
}

/** What is accepted is what the run tells of now: the head that it had left, and the one that is there. */
async function accept(run: string, values: Values, json: boolean, io: Io): Promise<void> {
  const by = personOf(values, io);
  const reason = optional(values, 'reason') ?? '';
  await withSession(io, async (session) => {
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
