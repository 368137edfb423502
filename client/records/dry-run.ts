import { OffboardError } from '../../model/errors.ts';
import { differenceWords } from '../../model/plan-difference.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { parseRunName, workflowIdOf } from '../../model/run-name.ts';
import type { Reader } from './reader.ts';
import { planAt } from './records.ts';

/** How the plan of an offboarding stands to that of the tenant's last dry run, in a line; undefined where there was none. */
export async function besideDryRun(reader: Reader, run: string, plan: Plan): Promise<string | undefined> {
  const named = parseRunName(run);
  if (named?.sort !== 'offboarding') return undefined;
  try {
    return await compared(reader, workflowIdOf('offboarding-dry-run', named.tenantId), plan);
  } catch (error) {
    if (!(error instanceof OffboardError)) throw error;
    return error.code === 'RunNotFound' ? undefined : `It cannot be compared with the last dry run: ${error.message}`;
  }
}

async function compared(reader: Reader, dryRun: string, plan: Plan): Promise<string | undefined> {
  const { run, lines } = await reader.linesOf(dryRun);
  const last = lines.findLast(({ record: r }) => r.type === 'plan');
  if (last?.record.type !== 'plan') return undefined;
  const which = `dry run ${run} of ${last.at}`;
  if (last.record.planHash === planHash(plan)) return `It is the same plan as that of ${which}.`;
  const difference = differenceWords(await planAt(reader, run, last.record), plan);
  return `It is another plan than that of ${which}: ${difference ?? 'the same items, and something else of what it tells'}.`;
}
