import { setTimeout as sleep } from 'node:timers/promises';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { Session } from '../../client/run/session.ts';

/** An activity that has not ended, or the run's own next step, as Temporal tells. */
export interface Pending {
  id: string;
  /** A worker has it in hand, or had it when it died; else it waits to be tried again. */
  begun: boolean;
  /** When a worker last took it on or gave a sign of life of it, in ms. */
  seen: number;
}

const EVERY_MS = 100;
const STARTED = 2;
export const STEP = "the run's own step";

/** Whether a run is at work, as seen from outside: by what Temporal tells of its activities. */
export class AtWork {
  readonly #session: Session;
  readonly #run: string;

  constructor(session: Session, run: string) {
    this.#session = session;
    this.#run = run;
  }

  /** What workers have in hand now; nothing where the run does not go on, or waits for a person, or Temporal does not answer. */
  async inHand(): Promise<Set<string>> {
    const pending = await this.#pending().catch(() => []);
    return new Set(pending.filter((a) => a.begun).map((a) => a.id));
  }

  /** When all of it is at work again that was in hand before `since`, in ms; undefined where `over` comes first. `andSo`: what must be true besides. */
  async again(inHand: ReadonlySet<string>, since: number, andSo: () => Promise<boolean>, over: AbortSignal): Promise<number | undefined> {
    while (!over.aborted) {
      const [pending, so] = await Promise.all([this.#pending(), andSo()]).catch(() => [undefined, false] as const);
      if (pending && so && goesOn(inHand, pending, since)) return Date.now();
      await sleep(EVERY_MS, undefined, { signal: over }).catch(() => undefined);
    }
    return undefined;
  }

  /** Nothing is pending of a run that has ended. */
  async #pending(): Promise<Pending[]> {
    const { client } = this.#session;
    const { raw } = await client.withDeadline(Date.now() + 2_000, () => client.workflow.getHandle(this.#run).describe());
    const step = raw.pendingWorkflowTask;
    const activities = (raw.pendingActivities ?? []).map((a) => ({
      id: a.activityId ?? '',
      begun: a.state === STARTED,
      seen: Math.max(msOf(a.lastStartedTime), msOf(a.lastHeartbeatTime)),
    }));
    return [...activities, ...(step ? [{ id: STEP, begun: true, seen: msOf(step.startedTime) }] : [])];
  }
}

const msOf = (time: Parameters<typeof optionalTsToMs>[0]) => optionalTsToMs(time) ?? 0;

/** Pure: each that was in hand has ended, was begun anew or has given a sign of life since; and no step of the run waits for a worker that is dead. */
export function goesOn(inHand: ReadonlySet<string>, pending: readonly Pending[], since: number): boolean {
  return pending.every((a) => a.seen > since || (a.id !== STEP && !inHand.has(a.id)));
}
