import { withoutDryRun, workflowIdIn } from '../../model/run-name.ts';
import type { Journal } from './journal.ts';

/** The newest run of the same tenant that made a plan, other than this one. Dry runs remove nothing and leave no broken trail. */
export function earlierRun(journal: Journal, run: string): string | undefined {
  return lastPlanned(journal, withoutDryRun(workflowIdIn(run)), run);
}

/** The newest run of a workflow id that made a plan. */
export function lastPlanned(journal: Journal, workflowId: string, except?: string): string | undefined {
  return journal.runs().find((r) => r !== except && workflowIdIn(r) === workflowId && journal.ledger(r).planHash !== undefined);
}
