import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { attend, type People } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { setStage, type Stage } from '../../client/demo/stage.ts';
import { recordsOf } from '../../client/records/records.ts';
import { verifyFolder } from '../../client/records/verify-evidence.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import { messageOf } from '../../model/errors.ts';
import { samePerson } from '../../model/identity/person.ts';
import { loadEstate } from '../../sandbox/estate.ts';
import { KINDS } from '../../sandbox/faults.ts';
import type { EstateObject } from '../../sandbox/objects.ts';
import { writeLargeEstate } from '../large-estate/write.ts';
import { falseVerdicts } from './false-verdicts.ts';
import { Killer } from './killer.ts';
import { throttledIn, type ThrottledFigures } from './throttled.ts';
import { seeded } from '../../sandbox/seeded.ts';

/**
 * `npm run chaos -- [--kills N] [--faults RATE] [--quotas published] [--seed S] [--estate FILE | --systems N] [--json]`: whole runs on a pretend estate, with processes killed
 * (SIGKILL) at random moments until N were, with RATE of all calls to the clouds disturbed in every way the sandbox knows, and with clouds that take no more calls than is published. One calm run before tells what a run on that estate leaves. What is
 * counted is counted at the sandbox, not by the product. With --json the last line is a Chaos. Ends with 0 only when everything is as in the calm run.
 */
export interface Chaos {
  runs: number;
  completed: number;
  kills: number;
  /** Of all calls to the clouds. */
  faults: number;
  /** Objects of ours that the calm run removed and these left. */
  leftovers: number;
  /** Objects that the calm run left, and these changed: of others, or of ours and held. */
  touchedOthers: number;
  /** Removals that were asked for of what was gone. */
  repeatedAfterGone: number;
  /** Items of which the records say another thing than the sandbox. */
  falseVerdicts: number;
  evidenceValid: boolean;
  seconds: number;
  /** Of the calm run. */
  calmSeconds: number;
  /** Of the last run, where `--quotas` was given. */
  quotas?: ThrottledFigures;
}

const STARTER = 'sam.operator@contoso.example';
const DEFAULT_ESTATE = resolve(import.meta.dirname, '..', '..', 'estates', 'default.yaml');

/** What one run came to. */
interface Round {
  completed: boolean;
  left: Set<string>;
  othersChanged: number;
  falseVerdicts: string[];
  evidenceValid: boolean;
  seconds: number;
}

type Tell = (line: string) => void;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      kills: { type: 'string', default: '12' },
      faults: { type: 'string', default: '0.1' },
      seed: { type: 'string', default: '1' },
      estate: { type: 'string', default: DEFAULT_ESTATE },
      systems: { type: 'string' },
      quotas: { type: 'string' },
    },
  });
  const { quotas } = values;
  if (quotas !== undefined && quotas !== 'published') throw new Error(`--quotas takes published, not ${quotas}`);
  const [kills, rate, seed] = [
    figure('kills', values.kills, 10_000),
    figure('faults', values.faults, 1),
    figure('seed', values.seed, 2 ** 31),
  ];
  // A stalled answer takes as long as it may: with half a minute for each, waiting would be all that a run does.
  process.env['OFFBOARD_ANSWER_WITHIN'] ??= '4';
  const estate = values.systems === undefined ? values.estate : madeEstate(figure('systems', values.systems, 100_000));
  const began = Date.now();
  const tell = (line: string) => void process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${line}\n`);
  const stage = await setStage({ estate, folder: resolve('.offboard/chaos'), keep: false, progress: tell });
  try {
    const result = await chaos(stage, estate, { kills, rate, seed, quotas }, tell);
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else tell(JSON.stringify(result, undefined, 2));
    process.exitCode = isClean(result) ? 0 : 1;
  } finally {
    await stage.strike();
  }
}

/** An estate as the benchmark's, of so many systems. */
function madeEstate(systems: number): string {
  const folder = resolve('.offboard', 'chaos-estate');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'estate.json');
  writeLargeEstate(systems, file);
  return file;
}

interface Wanted {
  kills: number;
  rate: number;
  seed: number;
  quotas: 'published' | undefined;
}

async function chaos(stage: Stage, estate: string, wanted: Wanted, tell: Tell): Promise<Chaos> {
  const loaded = loadEstate(estate);
  tell('a calm run');
  const calm = await round(stage, loaded.objects, tell);
  const killer = new Killer(stage, seeded(wanted.seed), tell);
  const rounds: Round[] = [];
  let quotas: ThrottledFigures | undefined;
  const began = Date.now();
  const repeatedBefore = await stage.sandbox.repeated();
  do {
    await stage.sandbox.fill(loaded);
    // What a worker read a moment ago serves it for a minute, and this is another estate.
    await stage.worker.kill();
    await stage.worker.start();
    await stage.sandbox.disturb({ rate: wanted.rate, kinds: KINDS, seed: wanted.seed + rounds.length });
    if (wanted.quotas) await stage.sandbox.limit(wanted.quotas);
    const killing = killer.during(wanted.kills);
    try {
      const one = await round(stage, loaded.objects, tell);
      rounds.push(one);
      if (wanted.quotas) quotas = throttledIn(await stage.sandbox.quotas(), one.seconds, calm.seconds);
    } finally {
      await killing.stop();
      await stage.sandbox.disturb({ rate: 0 });
      await stage.sandbox.limit({});
    }
  } while (killer.kills < wanted.kills);
  for (const words of rounds.flatMap((r) => r.falseVerdicts)) tell(`false: ${words}`);
  for (const key of rounds.flatMap((r) => [...r.left.difference(calm.left)]).slice(0, 50)) tell(`left: ${key}`);
  return {
    runs: rounds.length,
    completed: rounds.filter((r) => r.completed).length,
    kills: killer.kills,
    faults: wanted.rate,
    leftovers: sum(rounds.map((r) => r.left.difference(calm.left).size)),
    touchedOthers: sum(rounds.map((r) => r.othersChanged + calm.left.difference(r.left).size)),
    repeatedAfterGone: (await stage.sandbox.repeated()) - repeatedBefore,
    falseVerdicts: sum(rounds.map((r) => r.falseVerdicts.length)),
    evidenceValid: rounds.every((r) => r.evidenceValid),
    seconds: Math.round((Date.now() - began) / 1000),
    calmSeconds: Math.round(calm.seconds),
    ...(quotas ? { quotas } : {}),
  };
}

/** One run from start to end, whoever must decide played. */
async function round(stage: Stage, objects: readonly EstateObject[], tell: Tell): Promise<Round> {
  const began = Date.now();
  const session = await openSession(stage.env);
  try {
    const approver = stage.manifest.approvers.find((a) => !samePerson(a, STARTER)) ?? STARTER;
    const people = patient(playedPeople(session, approver, stage.sandbox, tell), tell);
    const handle = await started(session, stage, tell);
    const result = await attend(handle, people, tell);
    const seconds = (Date.now() - began) / 1000;
    await stage.sandbox.disturb({ rate: 0 });
    const report = await stage.sandbox.report();
    const { summary, plan } = await untilDone(tell, () => recordsOf(new WorkersRecords(session), handle.workflowId));
    const left = new Set(report.ours.left);
    return {
      completed: result.status === 'completed',
      left,
      othersChanged: report.untouched.changed.length,
      falseVerdicts: falseVerdicts(plan?.items ?? [], summary, left, objects),
      evidenceValid: isValid(result.evidence, tell),
      seconds,
    };
  } finally {
    await session.close();
  }
}

const started = async (session: Session, stage: Stage, tell: Tell) =>
  (await untilDone(tell, () => startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false }))).handle;

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

function isClean({ runs, completed, leftovers, touchedOthers, falseVerdicts: untrue, evidenceValid }: Chaos): boolean {
  return completed === runs && leftovers === 0 && touchedOthers === 0 && untrue === 0 && evidenceValid;
}

function figure(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= most)) throw new Error(`--${name} takes a number from 0 to ${most}, not ${text}`);
  return value;
}

run().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
