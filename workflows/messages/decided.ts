import type { Decision } from '../../model/messages/index.ts';
import type { Phase } from '../../model/names.ts';
import { recordDecision } from '../activities.ts';
import type { Run } from '../run.ts';
import { refusalOf } from './refusal.ts';

/**
 * Has a decision judged and recorded; returns the ids it named. Throws Refused with the reason for whoever decided. One after the other:
 * `check` is made again when its turn comes, since the decision before it may have settled what this one is about.
 */
export async function decided(run: Run, decision: Decision, check: () => void): Promise<string[]> {
  return await run.judging.runExclusive(async () => {
    check();
    try {
      run.lastRefusal = undefined;
      const { items } = await recordDecision({ run: run.id, phase: run.stage as Phase, decision });
      return items;
    } catch (error) {
      throw refusalOf(error);
    }
  });
}
