import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { attend, type People } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { setStage, type Restartable, type Stage } from '../../client/demo/stage.ts';
import { recordsOf } from '../../client/records/records.ts';
import { verifyFolder } from '../../client/records/verify-evidence.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import { EXIT_CODES, messageOf, OffboardError } from '../../model/errors.ts';
import { samePerson } from '../../model/identity/person.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { loadEstate } from '../../sandbox/estate.ts';
import { KINDS } from '../../sandbox/faults.ts';
import type { EstateObject } from '../../sandbox/objects.ts';
import { seeded } from '../../sandbox/seeded.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { writeLargeEstate } from '../large-estate/write.ts';
import { ADMIN, Cluster } from '../postgres/cluster.ts';
import { AtWork } from './at-work.ts';
import { decisionFaults } from './decisions.ts';
import { falseVerdicts } from './false-verdicts.ts';
import { Killer, type Part } from './killer.ts';
import { chaosOptions, type ChaosOptions } from './options.ts';
import { Tally } from './tally.ts';
import { throttledIn, type ThrottledFigures } from './throttled.ts';
import { typedPeople } from './typed.ts';
import { Typist } from './typist.ts';

/**
 * `npm run chaos -- [--kills N] [--faults RATE] [--quotas published] [--seed S] [--workers N] [--postgres] [--away SECONDS] [--estate FILE | --systems N] [--json]`: whole runs on a pretend estate, with processes
 * killed (SIGKILL) at random moments until N were: workers, the Temporal server, with --postgres the server of the records, and the commands that people type, each away for SECONDS before it is started again; with RATE of all calls to the clouds
 * disturbed in every way the sandbox knows, and with clouds that take no more calls than is published. One calm run before tells what a run on that estate leaves. What is counted is counted at the
 * sandbox, not by the product. With --json the last line is a Chaos. Ends with 0 only when everything is as in the calm run.
 */
export interface Chaos {
  runs: number;
  completed: number;
  kills: number;
  /** The same by part. */
  killed: Record<string, number>;
  /** Seconds from when a part was started again until all that workers had in hand was at work again, as Temporal tells; `seen`: of how many kills. Absent where there was none. */
  backAtWork?: { median: number; most: number; seen: number };
  /** Of all calls to the clouds. */
  faults: number;
  /** Objects of ours that the calm run removed and these left. */
  leftovers: number;
  /** Objects that the calm run left, and these changed: of others, or of ours and held. */
  touchedOthers: number;
  /** Removals that were asked for of what was gone. */
  repeatedAfterGone: number;
  /** Items of which the records say another thing than the sandbox, or that somebody else took them away. */
  falseVerdicts: number;
  /** What the CLI answered as taken and the records do not have, and what they have twice. */
  lostDecisions: number;
  decidedTwice: number;
  evidenceValid: boolean;
  seconds: number;
  /** Of the calm run. */
  calmSeconds: number;
  /** Of the last run, where `--quotas` was given. */
  quotas?: ThrottledFigures;
}

const STARTER = 'sam.operator@contoso.example';

/** What one run came to. */
interface Round {
  completed: boolean;
  left: Set<string>;
  othersChanged: number;
  falseVerdicts: string[];
  /** What was gone already, by the records. */
  takenByOthers: Set<string>;
  records: JournalRecord[];
  evidenceValid: boolean;
  seconds: number;
}

type Tell = (line: string) => void;

async function run(): Promise<void> {
  const options = chaosOptions(process.argv.slice(2));
  // A stalled answer takes as long as it may: with half a minute for each, waiting would be all that a run does.
  process.env['OFFBOARD_ANSWER_WITHIN'] ??= '4';
  const estate = typeof options.estate === 'string' ? options.estate : madeEstate(options.estate);
  const began = Date.now();
  const tell = (line: string) => void process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${line}\n`);
  const cluster = options.postgres ? await Cluster.start() : undefined;
  try {
    const clouds = cluster ? await recordsIn(cluster) : {};
    const { workers } = options;
    const stage = await setStage({ estate, folder: resolve('.offboard/chaos'), keep: false, workers, clouds, progress: tell });
    try {
      const result = await chaos(stage, cluster, estate, options, tell);
      if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else tell(JSON.stringify(result, undefined, 2));
      process.exitCode = isClean(result) ? 0 : 1;
    } finally {
      await stage.strike();
    }
  } finally {
    await cluster?.remove();
  }
}

const RECORDS = 'records';

/** Makes a database for the records. Returns what the workers are told of it. */
async function recordsIn(cluster: Cluster): Promise<Record<string, string>> {
  const password = randomBytes(24).toString('base64url');
  await cluster.database(RECORDS, RECORDS, password);
  return { OFFBOARD_RECORDS: cluster.url(RECORDS, RECORDS, ''), PGPASSWORD: password };
}

/** An estate as the benchmark's, of so many systems. */
function madeEstate(systems: number): string {
  const folder = resolve('.offboard', 'chaos-estate');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'estate.json');
  writeLargeEstate(systems, file);
  return file;
}

async function chaos(stage: Stage, cluster: Cluster | undefined, estate: string, wanted: ChaosOptions, tell: Tell): Promise<Chaos> {
  const loaded = loadEstate(estate);
  const session = await openSession(stage.env);
  try {
    const calmly = byProgram(stage, session, tell);
    tell('a calm run');
    const calm = await round(stage, session, calmly, loaded.objects, tell);
    const tally = new Tally(wanted.kills, tell);
    // One sequence for each: whom the seed has killed does not hang on how many commands were typed.
    const typist = new Typist(stage.env, seeded(wanted.seed + 1), tally);
    const said: string[] = [];
    const people = wanted.kills === 0 ? calmly : byCommands(stage, typist, tally, said, calmly.people, tell);
    const runId = workflowIdOf('offboarding', stage.manifest.tenant.id);
    const killer = new Killer(
      partsOf(stage, cluster, typist, tally, runId, wanted.away),
      new AtWork(session, runId),
      tally,
      seeded(wanted.seed),
      tell,
    );
    const rounds: Round[] = [];
    const [lost, twice]: [string[], string[]] = [[], []];
    let quotas: ThrottledFigures | undefined;
    const began = Date.now();
    const repeatedBefore = await stage.sandbox.repeated();
    do {
      await stage.sandbox.fill(loaded);
      // What a worker read a moment ago serves it for a minute, and this is another estate.
      await Promise.all(
        stage.workers.map(async (worker) => {
          await worker.kill();
          await worker.start();
        }),
      );
      await stage.sandbox.disturb({ rate: wanted.rate, kinds: KINDS, seed: wanted.seed + rounds.length });
      if (wanted.quotas) await stage.sandbox.limit(wanted.quotas);
      said.length = 0;
      const killing = killer.during();
      try {
        const one = await round(stage, session, people, loaded.objects, tell);
        for (const item of one.takenByOthers.difference(calm.takenByOthers))
          one.falseVerdicts.push(`${item}: the records say that somebody else took it away`);
        rounds.push(one);
        const faults = decisionFaults(said, one.records);
        lost.push(...faults.lost);
        twice.push(...faults.twice);
        if (wanted.quotas) quotas = throttledIn(await stage.sandbox.quotas(), one.seconds, calm.seconds);
      } finally {
        await killing.stop();
        await stage.sandbox.disturb({ rate: 0 });
        await stage.sandbox.limit({});
      }
    } while (tally.goesOn);
    for (const words of rounds.flatMap((r) => r.falseVerdicts)) tell(`false: ${words}`);
    for (const key of rounds.flatMap((r) => [...r.left.difference(calm.left)]).slice(0, 50)) tell(`left: ${key}`);
    for (const what of lost) tell(`lost: ${what}`);
    for (const what of twice) tell(`twice: ${what}`);
    const back = killer.backAtWork.toSorted((a, b) => a - b).map((ms) => Math.round(ms / 100) / 10);
    return {
      runs: rounds.length,
      completed: rounds.filter((r) => r.completed).length,
      kills: tally.kills,
      killed: tally.by,
      ...(back.length > 0 ? { backAtWork: { median: back[(back.length - 1) >> 1] ?? 0, most: back.at(-1) ?? 0, seen: back.length } } : {}),
      faults: wanted.rate,
      leftovers: sum(rounds.map((r) => r.left.difference(calm.left).size)),
      touchedOthers: sum(rounds.map((r) => r.othersChanged + calm.left.difference(r.left).size)),
      repeatedAfterGone: (await stage.sandbox.repeated()) - repeatedBefore,
      falseVerdicts: sum(rounds.map((r) => r.falseVerdicts.length)),
      lostDecisions: lost.length,
      decidedTwice: twice.length,
      evidenceValid: rounds.every((r) => r.evidenceValid),
      seconds: Math.round((Date.now() - began) / 1000),
      calmSeconds: Math.round(calm.seconds),
      ...(quotas ? { quotas } : {}),
    };
  } finally {
    await session.close();
  }
}

/** All that is killed. */
function partsOf(stage: Stage, cluster: Cluster | undefined, typist: Typist, tally: Tally, runId: string, away: number): Part[] {
  const process = (name: string, share: number, which: Restartable, used?: Part['used']): Part => ({
    name,
    share,
    strike: async () => {
      tally.done(name);
      await which.kill();
      await sleep(away * 1_000);
      const since = Date.now();
      await which.start();
      return since;
    },
    ...(used ? { used } : {}),
  });
  const { workers, temporal } = stage;
  const reader: Part = { name: 'CLI', share: 1, strike: async () => void (await typist.killed(['status', runId])) };
  return [
    reader,
    ...workers.map((worker) => process('worker', 6 / workers.length, worker)),
    ...(temporal ? [process('Temporal server', 2, temporal)] : []),
    ...(cluster ? [process('PostgreSQL', 2, { kill: () => cluster.kill(), start: () => cluster.up() }, () => isUsed(cluster))] : []),
  ];
}

/** Whether a worker has asked the records anew: after a crash all earlier connections are gone. */
async function isUsed(cluster: Cluster): Promise<boolean> {
  const asked = await cluster.sql(
    ADMIN,
    `SELECT FROM pg_stat_activity WHERE datname = '${RECORDS}' AND backend_type = 'client backend' AND query <> ''`,
  );
  return asked.length > 0;
}

/** Who starts a run, and who answers it. */
interface Players {
  start(): Promise<string>;
  people: People;
}

/** Within this process. */
function byProgram(stage: Stage, session: Session, tell: Tell): Players {
  return {
    start: async () => (await startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false })).handle.workflowId,
    people: patient(playedPeople(session, approverOf(stage), stage.sandbox, tell), tell),
  };
}

/** By commands, each a process, as long as there are to be kills; then as `others` do it, which takes less. */
function byCommands(stage: Stage, typist: Typist, tally: Tally, said: string[], others: People, tell: Tell): Players {
  const typed = patient(typedPeople(typist, approverOf(stage), stage.sandbox, said), tell);
  const now = () => (tally.goesOn ? typed : others);
  return {
    start: async () => {
      const { code, told } = await typist.type(['start', stage.manifestFile, '--by', STARTER]);
      if (code !== 0) throw new Error(`start: ${String(told['message'])}`);
      return String(told['workflowId']);
    },
    people: {
      gate: (...asked) => now().gate(...asked),
      unresolved: (...asked) => now().unresolved(...asked),
      collector: (...asked) => now().collector(...asked),
    },
  };
}

const approverOf = ({ manifest }: Stage) => manifest.approvers.find((a) => !samePerson(a, STARTER)) ?? STARTER;

/** One run from start to end. */
async function round(
  stage: Stage,
  session: Session,
  { start, people }: Players,
  objects: readonly EstateObject[],
  tell: Tell,
): Promise<Round> {
  const began = Date.now();
  const handle: WorkflowHandle<typeof offboarding> = session.client.workflow.getHandle(await untilDone(tell, start));
  const result = await attend(handle, people, tell);
  const seconds = (Date.now() - began) / 1000;
  await stage.sandbox.disturb({ rate: 0 });
  const report = await stage.sandbox.report();
  const { summary, plan, lines } = await untilDone(tell, () => recordsOf(new WorkersRecords(session), handle.workflowId));
  const left = new Set(report.ours.left);
  const records = lines.map((l) => l.record);
  return {
    completed: result.status === 'completed',
    left,
    othersChanged: report.untouched.changed.length,
    falseVerdicts: falseVerdicts(plan?.items ?? [], summary, left, objects),
    takenByOthers: new Set(records.flatMap((r) => (r.type === 'outcome' && r.outcome.outcome === 'already-gone' ? [r.outcome.item] : []))),
    records,
    evidenceValid: isValid(result.evidence, tell),
    seconds,
  };
}

function isValid(folder: string, tell: Tell): boolean {
  try {
    verifyFolder(folder);
    return true;
  } catch (error) {
    tell(`evidence: ${messageOf(error)}`);
    return false;
  }
}

const TRIES = 20;

/** Whoever types a command while a process is down types it again. */
async function untilDone<T>(tell: Tell, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES) throw error;
      tell(`once more: ${messageOf(error)}`);
    }
  }
}

/** Whom an answer did not reach is asked again, as long as the run waits. */
function patient(people: People, tell: Tell): People {
  const again =
    <A extends unknown[]>(ask: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      await ask(...args).catch((error: unknown) => tell(`once more: ${messageOf(error)}`));
    };
  return { gate: again(people.gate), unresolved: again(people.unresolved), collector: again(people.collector) };
}

const sum = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0);

function isClean(chaos: Chaos): boolean {
  const { runs, completed, leftovers, touchedOthers, falseVerdicts: untrue, lostDecisions, decidedTwice, evidenceValid } = chaos;
  return completed === runs && evidenceValid && leftovers + touchedOthers + untrue + lostDecisions + decidedTwice === 0;
}

run().catch((error: unknown) => {
  const known = error instanceof OffboardError;
  process.stderr.write(`chaos: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = known ? EXIT_CODES[error.code] : 1;
});
