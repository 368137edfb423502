import { onTestFinished } from 'vitest';
import type { JournalRecord } from '../../model/ledger.ts';
import type { SystemType } from '../../model/names.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { AnyKind } from '../../activities/cloud.ts';
import type { Stage } from './stage.ts';

/** What a run did, as its journal tells it; and a hand on its removals. */

export async function recordsOf(stage: Stage, run: string): Promise<JournalRecord[]> {
  return (await stage.deps.journal.lines(run)).map((l) => l.record);
}

/** Items in the order their removal was begun. */
export async function intentsOf(stage: Stage, run: string): Promise<string[]> {
  return (await recordsOf(stage, run)).flatMap((r) => (r.type === 'intent' ? [r.item] : []));
}

/** Every outcome of an item, oldest first. */
export async function outcomesOf(stage: Stage, run: string, item: string): Promise<Outcome[]> {
  return (await recordsOf(stage, run)).flatMap((r) => (r.type === 'outcome' && r.outcome.item === item ? [r.outcome] : []));
}

/** Items removed by the run, one entry for each time. */
export async function removedBy(stage: Stage, run: string): Promise<string[]> {
  return (await recordsOf(stage, run)).flatMap((r) => (r.type === 'outcome' && r.outcome.outcome === 'removed' ? [r.outcome.item] : []));
}

export interface Hold {
  /** Resolves when the first removal stands before its call to the cloud, with its item. */
  reached: Promise<PlanItem>;
  /** Lets it, and all that come after, go on. */
  release(): void;
}

/** An AWS account whose service control policy forbids the call. */
export const denied = () => Promise.reject(Object.assign(new Error('denied by an SCP'), { name: 'AccessDenied' }));

/** Has `instead` come before each removal that `which` picks, until the returned function is called or the test ends. */
export function beforeRemoving(
  stage: Stage,
  type: SystemType,
  which: (item: PlanItem) => boolean,
  instead: () => Promise<void>,
): () => void {
  const clouds = stage.deps.clouds;
  const cloud = clouds[type];
  const kinds = (cloud.kinds as AnyKind[]).map((kind) => ({
    ...kind,
    async remove(api: unknown, items: readonly [PlanItem, ...PlanItem[]]) {
      if (items.some(which)) await instead();
      await kind.remove(api, items);
    },
  }));
  clouds[type] = { ...cloud, kinds };
  const undo = () => {
    clouds[type] = cloud;
  };
  onTestFinished(undo);
  return undo;
}

/**
 * Holds removals in one cloud between their intent and the cloud: until `release`, or until `free` resolves in the activity. Put
 * in place before the run gets there; taken away by `release`.
 */
export function holdRemovals(stage: Stage, type: SystemType, free: () => Promise<unknown> = () => new Promise(() => undefined)): Hold {
  const released = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<PlanItem>();
  const which = (item: PlanItem) => {
    reached.resolve(item);
    return true;
  };
  const undo = beforeRemoving(stage, type, which, async () => void (await Promise.race([released.promise, free()])));
  const release = () => {
    undo();
    released.resolve();
  };
  // A test that fails meanwhile must not hold those after it.
  onTestFinished(release);
  return { reached: reached.promise, release };
}
