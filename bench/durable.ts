import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { attend, type People } from '../client/demo/attend.ts';
import { playedPeople } from '../client/demo/played.ts';
import type { SandboxClient } from '../client/demo/sandbox-client.ts';
import { setStage, type Stage } from '../client/demo/stage.ts';
import { openSession, type Session } from '../client/run/session.ts';
import { startRun } from '../client/run/start.ts';
import { readRawManifest } from '../client/terminal/manifest-file.ts';
import { OffboardError } from '../model/errors.ts';
import type { RunView } from '../model/messages/status.ts';
import type { Calls } from '../sandbox/calls.ts';
import { countCalls, countIam, minus, plus } from './calls.ts';
import { largestOf, type Histories } from './histories.ts';
import { processesWith, processWith, usedBy, type Used } from './processes.ts';

const CLI = join(import.meta.dirname, '..', 'client', 'main.ts');
export const STARTER = 'sam.operator@litware.example';
const EVERY_MS = 10;

/** What a whole run took. */
export interface DurableRun extends Histories {
  seconds: number;
  /** By stage of the run. */
  stages: Record<string, number>;
  calls: number;
  /** By stage, service and operation: where the calls go. */
  callsByStage: Record<string, Calls>;
  /** Calls to IAM in phase 1. */
  iamCalls: number;
  removed: number;
  worker: Used;
  sandbox: Used;
  server: Used;
  /** From the approval of the plan to the first call to a cloud, in seconds. */
  firstCall: number;
  /** Wall seconds of `offboard status` while the plan waits for its approval and after the run, and of `offboard --help`. */
  statusWaiting: number;
  status: number;
  help: number;
}

/** By how many workers, and whether a cloud takes 50 to 150 ms for each call. */
export interface How {
  workers: number;
  slow: boolean;
}

/** Takes an estate through all phases, as the demonstration does. Throws NotClean where anything is left, or what is not ours was changed. */
export async function runDurable(
  estate: string,
  folder: string,
  tell: (line: string) => void,
  { workers, slow }: How = { workers: 1, slow: false },
): Promise<DurableRun> {
  const stage = await setStage({ estate, folder, keep: false, workers, progress: () => undefined });
  try {
    if (slow) await stage.sandbox.disturb({ rate: 1, kinds: ['slow'] });
    const session = await openSession(stage.env);
    try {
      return await measured(stage, session, tell);
    } finally {
      await session.close();
    }
  } finally {
    await stage.strike();
  }
}

async function measured(stage: Stage, session: Session, tell: (line: string) => void): Promise<DurableRun> {
  const { sandbox, manifest } = stage;
  const began = performance.now();
  const { handle } = await startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false });
  const clock = new StageClock(sandbox);
  const approver = manifest.approvers[0] ?? STARTER;
  let statusWaiting = 0;
  const first = untilFirstCall(
    playedPeople(session, approver, sandbox, () => undefined),
    sandbox,
    async () => {
      statusWaiting = await wall(stage, 'status', handle.workflowId);
    },
  );
  const result = await attend(handle, { ...first.people, see: (view) => clock.see(view) }, tell);
  const seconds = (performance.now() - began) / 1000 - statusWaiting;
  const calls = await sandbox.calls();
  const { ours, untouched } = await sandbox.report();
  if (result.status !== 'completed' || ours.left.length + untouched.changed.length > 0)
    throw new OffboardError('NotClean', `${result.status}: ${ours.left.length} things left, ${untouched.changed.length} others changed`);
  const used = {
    worker: allOf(processesWith(join('worker', 'main.ts')).map(usedBy)),
    sandbox: usedBy(processWith(join('sandbox', 'main.ts'))),
    server: usedBy(processWith('start-dev', '--ip=')),
  };
  return {
    seconds,
    stages: { ...clock.seconds, plan: (clock.seconds['plan'] ?? 0) - statusWaiting },
    calls: countCalls(calls),
    callsByStage: clock.calls,
    iamCalls: countIam(clock.calls['permissions'] ?? {}),
    removed: result.phases.reduce((sum, p) => sum + p.removed, 0),
    ...used,
    firstCall: await first.seconds,
    statusWaiting,
    status: await wall(stage, 'status', handle.workflowId),
    help: await wall(stage, '--help'),
    ...(await largestOf(session)),
  };
}

/** Of several processes: what they took together, and the most that one of them had. */
const allOf = (used: readonly Used[]): Used => ({
  cpu: used.reduce((sum, u) => sum + u.cpu, 0),
  peak: Math.max(...used.map((u) => u.peak)),
});

/** Seconds and calls of each stage of a run, as far as whoever looks now and then can tell. */
class StageClock {
  readonly seconds: Record<string, number> = {};
  readonly calls: Record<string, Calls> = {};
  readonly #sandbox: Pick<SandboxClient, 'calls'>;
  #stage: string | undefined;
  #since = performance.now();
  #before: Calls = {};

  constructor(sandbox: Pick<SandboxClient, 'calls'>) {
    this.#sandbox = sandbox;
  }

  async see({ stage }: Pick<RunView, 'stage'>): Promise<void> {
    if (stage === this.#stage) return;
    const now = performance.now();
    const calls = await this.#sandbox.calls();
    if (this.#stage !== undefined) {
      this.seconds[this.#stage] = (this.seconds[this.#stage] ?? 0) + (now - this.#since) / 1000;
      this.calls[this.#stage] = plus(this.calls[this.#stage] ?? {}, minus(calls, this.#before));
    }
    this.#stage = stage;
    this.#since = now;
    this.#before = calls;
  }
}

/** Watches from the approval of the plan on how long no cloud is asked. `whileWaiting`: done before the approval. */
function untilFirstCall(
  people: People,
  sandbox: Pick<SandboxClient, 'calls'>,
  whileWaiting: () => Promise<void>,
): { people: People; seconds: Promise<number> } {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const watch = async (before: number, approve: Promise<void>) => {
    await approve;
    const approved = performance.now();
    while (countCalls(await sandbox.calls()) === before) await sleep(EVERY_MS);
    resolve((performance.now() - approved) / 1000);
  };
  return {
    seconds: promise,
    people: {
      ...people,
      async gate(view, signal) {
        if (view.gate?.gate !== 'plan') return await people.gate(view, signal);
        await whileWaiting();
        const before = countCalls(await sandbox.calls());
        const approve = people.gate(view, signal);
        void watch(before, approve).catch(reject);
        await approve;
      },
    },
  };
}

async function wall({ env }: Stage, ...args: string[]): Promise<number> {
  const began = performance.now();
  await promisify(execFile)(process.execPath, [CLI, ...args], { env, maxBuffer: 2 ** 28 });
  return (performance.now() - began) / 1000;
}
