import type { DecideResult } from '../../activities/decide/decision.ts';
import type { Decision } from '../../model/messages/index.ts';
import type { RecordsHead } from '../../model/records-head.ts';
import type { Phase } from '../../model/names.ts';
import { recordDecision } from '../activities.ts';
import type { Run } from '../run.ts';
import { untold } from '../untold.ts';
import { refusalOf } from './refusal.ts';

/**
 * Has a decision judged and recorded, then has the run take it up: `takeUp` is told what was decided. Throws Refused with the
 * reason for whoever decided. One after the other: `check` is made again when its turn comes, since the decision before it, which has been
 * taken up by then, may have decided what this one is about. `head`: records to write it to that the run does not go on from yet.
 */
export async function decided<D extends Decision>(
  run: Run,
  decision: D,
  check: (decision: D) => void = () => {},
  takeUp: (result: DecideResult) => void = () => {},
  head?: RecordsHead,
): Promise<DecideResult> {
  const arrivedAt = new Date().toISOString();
  return await run.judging.runExclusive(async () => {
    untold(() => check(decision));
    run.lastRefusal = undefined;
    const result = await recordDecision({ run: run.id, phase: run.stage as Phase, decision, arrivedAt }, head ? { head } : {}).catch(
      (error: unknown) => {
        throw refusalOf(error);
      },
    );
    takeUp(result);
    return result;
  });
}
