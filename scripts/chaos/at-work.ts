import { setTimeout as sleep } from 'node:timers/promises';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { Session } from '../../client/run/session.ts';

/** An activity that has not ended, as Temporal tells. */
export interface Pending {
  id: string;
  /** A worker has it in hand, or had it when it died; else it waits to be tried again. */
  begun: boolean;
  /** When a worker last took it on or gave a sign of life of it, in ms. */
  seen: number;
}

const EVERY_MS = 100;
const STARTED = 2;

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
    return (raw.pendingActivities ?? []).map((a) => ({
      id: a.activityId ?? '',
      begun: a.state === STARTED,
      seen: Math.max(tsToMs(a.lastStartedTime ?? undefined), tsToMs(a.lastHeartbeatTime ?? undefined)),
    }));
  }
}

/** Pure: each that was in hand has ended, was begun anew or has given a sign of life since. */
export function goesOn(inHand: ReadonlySet<string>, pending: readonly Pending[], since: number): boolean {
  return pending.every((a) => !inHand.has(a.id) || a.seen > since);
}
