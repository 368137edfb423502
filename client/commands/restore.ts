import { KINDS } from '../../activities/kinds.ts';
import { restorabilityOf } from '../../activities/plan/restorability.ts';
import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { buildRestorePlan, isRestorePlan, withContents, type RestorePlan } from '../../model/restore.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import type { Action, Io } from '../terminal/command.ts';
import { formatOf, type Values, personOf } from '../terminal/values.ts';
import { manifestOf, recordsOf, removalsOf } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { renderRestorePlan } from '../render/plan.ts';
import { restoreScript } from '../render/script.ts';
import { withSession, type Session } from '../run/session.ts';
import { startRestore } from '../run/start.ts';

type Removals = Awaited<ReturnType<typeof removalsOf>>;

export const restore: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    return await withSession(io, (session) => give(session, run, values, json, io));
  },
};

async function give(session: Session, run: string, values: Values, json: boolean, io: Io): Promise<number> {
  const reader = new WorkersRecords(session);
  const source = await removalsOf(reader, run);
  const last = source.plans.at(-1);
  if (!last || source.ledger.restores !== undefined) {
    throw new OffboardError(
      'InvalidValue',
      `RUN: ${source.run} removed nothing that could be given back; name an offboarding that had a plan`,
    );
  }
  const only = chosen(values, source);
  if (values['format'] !== undefined) {
    formatOf(values, json, ['sh']);
    const about = { run: source.run, hash: planHash(last), manifest: await manifestOf(reader, source.run, last), now: new Date() };
    io.out(restoreScript({ ...about, plan: asPlanned(source, last, only, about.now) }));
    return 0;
  }
  const input = { tenantId: last.tenantId, restores: source.run, startedBy: personOf(values, io), dryRun: values['dry-run'] === true };
  const { handle, isNew } = await startRestore(session, { ...input, ...(only ? { only } : {}) });
  const { workflowId } = handle;
  if (input.dryRun && isNew) return await showPlan(session, workflowId, json, io);
  if (json) io.out(JSON.stringify({ workflowId, started: isNew, restores: source.run }));
  else {
    io.out(isNew ? `Started ${workflowId}.` : `${workflowId} is going on already; nothing new was started.`);
    if (isNew) io.out(`Read its plan: ${spell(step('plan', workflowId), io.program)}`);
    io.out(`Look at it: ${spell(step('status', workflowId), io.program)}`);
  }
  return 0;
}

/** The ids of `--item`, each one that the run removed. Throws ItemsMismatch. */
function chosen(values: Values, { removed, run }: Removals): string[] | undefined {
  const items = values['item'];
  if (!Array.isArray(items)) return undefined;
  const stranger = items.find((id) => !removed.some((r) => r.item.id === id));
  if (stranger === undefined) return [...new Set(items)];
  throw new OffboardError('ItemsMismatch', `--item: ${stranger} is not what ${run} removed; look at what it did`, {
    next: [step('report', run)],
  });
}

/** What a restore would plan, as far as can be told without asking a cloud: what is not there and not chosen is taken for there. */
function asPlanned({ run, removed }: Removals, last: Plan, ids: string[] | undefined, now: Date): RestorePlan {
  const only = ids && withContents(removed, ids);
  const restorability = restorabilityOf(KINDS, removed, now, ({ item }) => only === undefined || only.includes(item.id));
  return buildRestorePlan({ last, restores: run, removed, only, restorability, missing: new Set(), notRemoved: [], warnings: [] });
}

async function showPlan(session: Session, workflowId: string, json: boolean, io: Io): Promise<number> {
  const { status, reason, next = [] } = (await session.client.workflow.getHandle(workflowId).result()) as OffboardingResult;
  const { plan } = await recordsOf(new WorkersRecords(session), workflowId);
  if (status !== 'dry-run' || !plan || !isRestorePlan(plan))
    throw new OffboardError('NotAllowed', `RUN: no plan was made: ${reason}`, { next });
  const hash = planHash(plan);
  if (json) io.out(JSON.stringify({ workflowId, hash, plan, next }));
  else io.out([renderRestorePlan(plan, hash), `${reason}. Next:`, ...next.map((n) => `  ${spell(n, io.program)}`)].join('\n'));
  return 0;
}
