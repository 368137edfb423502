import { ActivityFailure } from '@temporalio/workflow';
import { messageOf } from '../model/errors.ts';
import { step, type NextStep, type Reason } from '../model/next-step.ts';
import { LIFTED, needsPerson } from '../model/outcome.ts';
import { liftQuarantine } from './activities.ts';
import type { Run } from './run.ts';

/** Makes things as they were before their quarantine. Returns their ids that are not. */
export async function liftWhat(run: Run, items: string[] | undefined): Promise<string[]> {
  if (run.terms.mode !== 'quarantine' || items?.length === 0) return [];
  const what = { run: run.id, planHash: run.planHash, ...(items === undefined ? {} : { items }) };
  const outcomes = await liftQuarantine(`lift: ${items === undefined ? 'what is in quarantine' : `${items.length} items`}`, what);
  run.record('permissions', outcomes);
  return outcomes.filter((o) => needsPerson(o.outcome) && o.code !== LIFTED).map((o) => o.item);
}

function givingBack(run: Run): NextStep[] {
  return [step('lift', run.id, '--by', 'NAME', '--reason', 'TEXT'), step('restore', run.id, '--by', 'NAME')];
}

/** What stays denied or disabled since nobody proved to want it back. Undefined for nothing. */
export function staysDenied(run: Run): Required<Reason> | undefined {
  const items = [...run.outcomes.values()].filter((o) => o.outcome === 'quarantined').map((o) => o.item);
  if (items.length === 0) return undefined;
  const reason = `nobody proved to have cancelled it, so what is in quarantine stays denied: ${items.slice(0, 3).join(', ')}${items.length > 3 ? ` and ${items.length - 3} more` : ''}; a signed lift, or a restore, gives it back`;
  return { reason, next: givingBack(run) };
}

/** However a run ends, nothing stays denied or disabled without being said. Returns what is to be said; undefined for nothing. */
export async function liftRest(run: Run): Promise<Required<Reason> | undefined> {
  const next = givingBack(run);
  try {
    const stuck = await liftWhat(run, undefined);
    return stuck.length === 0
      ? undefined
      : { reason: `still in quarantine: ${stuck.join(', ')}; a lift, or a restore, gives them back`, next };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return {
      reason: `what is in quarantine could not be lifted (${messageOf(error.cause ?? error)}); another lift, or a restore, gives it back`,
      next,
    };
  }
}
