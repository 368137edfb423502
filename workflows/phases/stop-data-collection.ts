import { condition } from '@temporalio/workflow';
import { enterPhase, removeAgain, settle } from '../settle.ts';
import type { Run, StepOutcome } from '../run.ts';

/**
 * Phase 3, "Stop data collection": each collector configuration is deleted with its one-time password. Here the run only waits:
 * messages (collectorReady, submitOtp, resendOtp, confirmCollector) do the work, collector by collector, in any order.
 */
export async function stopDataCollection(run: Run): Promise<StepOutcome> {
  const phase = 'data-collection';
  const entered = await enterPhase(run, phase, removeAgain(run, 'oidc-applications'));
  if (entered !== 'done') return entered;
  const attended = await collect(run, run.plan?.collectors ?? []);
  if (!attended) return 'unattended';
  return await settle(run, phase, (items) => collectAgain(run, items));
}

/** Waits for people once more: after a retry, or when a configuration was there again as the next phase began. */
export async function collectAgain(run: Run, items: string[]): Promise<void> {
  await collect(run, items);
}

const PREFIX = 'data-collector:';

/** Waits until each collector is settled. False when nobody came in time. */
async function collect(run: Run, all: string[]): Promise<boolean> {
  const [items, unread] = partition(all, (item) => item.startsWith(PREFIX));
  // A portal that could not be read stands among the collectors; nothing can be asked of it, an approver decides.
  if (unread.length > 0) await run.remove('data-collection', 'portal', { phase: 'data-collection', items: unread });
  for (const item of items) {
    const id = item.slice(PREFIX.length);
    const known = run.facts.collectors.find((c) => c.id === id);
    run.collectors.set(item, {
      item,
      id,
      driver: known?.driver ?? 'http',
      recipient: known?.recipient ?? 'unknown',
      stage: known?.driver === 'retired' ? 'by-hand' : 'not-ready',
    });
  }
  run.personUntil = new Date(Date.now() + run.facts.waits.person).toISOString();
  run.show();
  return await condition(() => items.every((item) => run.collectors.get(item)?.stage === 'settled'), run.facts.waits.person);
}

function partition<T>(values: T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((v) => !test(v))];
}
