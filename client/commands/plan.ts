import { OffboardError } from '../../model/errors.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { viewOf } from '../ask.ts';
import type { Command } from '../command.ts';
import { recordsOf } from '../records.ts';
import { renderPlan } from '../render/plan.ts';
import { withSession } from '../session.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'Show the plan in force: what goes and why it is ours, what is held, what stays and why.',
  positionals: ['RUN'],
  options: { format: { type: 'string', value: 'table|json', help: 'table (default) or json' } },
  async run({ positionals: [run = ''], values, json }, io) {
    const format = json ? 'json' : (values['format'] ?? 'table');
    if (format !== 'table' && format !== 'json')
      throw new OffboardError('Usage', `--format: ${String(format)} is no format; write table or json`);
    const found = await planOf(io.env, run);
    const hash = planHash(found);
    io.out(format === 'json' ? JSON.stringify({ hash, plan: found }) : renderPlan(found, hash));
    return 0;
  },
};

/** The plan in force, from the journal. While a run that Temporal knows has none yet, that is said instead. Throws RunNotFound. */
async function planOf(env: NodeJS.ProcessEnv, run: string): Promise<Plan> {
  const records = await recordsOf(env, run).catch((error: unknown) => {
    if (error instanceof OffboardError && error.code === 'RunNotFound') return error;
    throw error;
  });
  if (!(records instanceof OffboardError) && records.plan) return records.plan;
  const view = await withSession(env, (session) => viewOf(session, run)).catch((error: unknown) => {
    if (error instanceof OffboardError) return undefined;
    throw error;
  });
  if (view?.planHash === undefined && view?.status === 'running') {
    const paused = view.paused ? `; it is paused: offboard resume ${run} --by NAME` : '';
    throw new OffboardError(
      'RunNotFound',
      `RUN: the plan of ${run} is not made yet (stage ${view.stage})${paused}; try again in a moment, or: offboard watch ${run}`,
    );
  }
  if (records instanceof OffboardError) throw records;
  throw new OffboardError('RunNotFound', `RUN: ${run} ended (${records.summary.status}) without a plan; look at offboard report ${run}`);
}
