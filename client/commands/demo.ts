import { resolve } from 'node:path';
import { EXIT_CODES, OffboardError } from '../../model/errors.ts';
import { samePerson } from '../../model/identity/person.ts';
import type { Action, Io } from '../terminal/command.ts';
import { optional, type Values } from '../terminal/values.ts';
import { askedPeople } from '../demo/asked.ts';
import { attend } from '../demo/attend.ts';
import { callsByStage } from '../demo/calls.ts';
import { amongOthers } from '../demo/others.ts';
import { tellEnd } from '../demo/ending.ts';
import { playedPeople } from '../demo/played.ts';
import { setStage, type Stage } from '../demo/stage.ts';
import { stayingByDecision } from '../../model/summary-words.ts';
import { recordsOf } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { openSession, type Session } from '../run/session.ts';
import { startRun } from '../run/start.ts';
import { readRawManifest } from '../terminal/manifest-file.ts';

const STARTER = 'sam.operator@contoso.example';
const DEFAULT_ESTATE = resolve(import.meta.dirname, '..', '..', 'estates', 'default.yaml');
const FOLDER = '.offboard/demo';
/** What a shell expects of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

export const demo: Action = {
  async run({ values, json }, io) {
    if (values['fresh'] && values['keep']) throw new OffboardError('Usage', '--fresh and --keep exclude each other; give one of them');
    const began = Date.now();
    const stage = await setStage({
      estate: optional(values, 'estate') ?? DEFAULT_ESTATE,
      folder: resolve(FOLDER),
      keep: values['keep'] === true,
      progress: (line) => io.err(`${line}\n`),
    });
    const interrupted = untilInterrupted();
    const over = new AbortController();
    const session = await openSession(stage.env).catch(async (error: unknown) => {
      await stage.strike();
      throw error;
    });
    try {
      const played = play(stage, session, over.signal, values, json, io, began);
      const ended = await Promise.race([played, interrupted]);
      if (ended === undefined) return INTERRUPTED;
      if (ended.staysUp) {
        io.err('It stays up until Ctrl-C.\n');
        await interrupted;
      }
      return ended.code;
    } finally {
      // What waits for the run, or for a line at the terminal, would keep the program.
      over.abort();
      await session.close();
      await stage.strike();
    }
  },
};

async function play(
  stage: Stage,
  session: Session,
  over: AbortSignal,
  values: Values,
  json: boolean,
  io: Io,
  began: number,
): Promise<{ code: number; staysUp: boolean }> {
  const tell = (line: string) => io.err(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${line}\n`);
  const approver = stage.manifest.approvers.find((a) => !samePerson(a, STARTER)) ?? STARTER;
  const { handle, isNew } = await startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false });
  tell(`${STARTER} ${isNew ? 'started' : 'attached to'} ${handle.workflowId}`);
  const auto = values['auto'] === true || !io.interactive;
  const people = auto ? playedPeople(session, approver, stage.sandbox, tell) : askedPeople(session, approver, stage.sandbox, io);
  const changes = values['keep'] ? [] : stage.changes;
  const calls = callsByStage(stage.sandbox);
  const watched = { ...amongOthers(people, stage.sandbox, changes, tell), see: calls.see };
  const result = await attend(handle, watched, tell, over);
  const { runId } = await handle.describe();
  const { untouched } = await stage.sandbox.report();
  const answer = {
    workflowId: handle.workflowId,
    runId,
    status: result.status,
    planHash: result.planHash,
    phases: result.phases,
    leftovers: result.leftovers?.length ?? null,
    maybeOurs: result.maybeOurs ?? null,
    untouched: { objects: untouched.objects, changed: untouched.changed.length },
    calls: await calls.tell(),
    evidence: result.evidence,
    temporalUi: stage.temporalUi ? `${stage.temporalUi}/namespaces/default/workflows/${handle.workflowId}/${runId}` : null,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  };
  const { summary } = await recordsOf(new WorkersRecords(session), handle.workflowId);
  const clean = result.status === 'completed' && answer.leftovers === 0 && answer.untouched.changed === 0;
  const staysUp = !auto || values['stay'] === true;
  io.err(tellEnd(result, answer, stayingByDecision(summary), staysUp, io.program));
  if (json) io.out(JSON.stringify(answer));
  return { code: clean ? 0 : EXIT_CODES.NotClean, staysUp };
}

/** Resolves at Ctrl-C; what was kept on disk stays for --keep. */
function untilInterrupted(): Promise<undefined> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(undefined));
  });
}
