import { OffboardError } from '../../model/errors.ts';
import { planHash } from '../../model/plan.ts';
import type { Command } from '../command.ts';
import { recordsOf } from '../records.ts';
import { renderPlan } from '../render/plan.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'Show the plan in force: what goes and why it is ours, what is held, what stays and why.',
  positionals: ['RUN'],
  options: { format: { type: 'string', value: 'table|json', help: 'table (default) or json' } },
  async run({ positionals: [run = ''], values, json }, io) {
    const format = json ? 'json' : (values['format'] ?? 'table');
    if (format !== 'table' && format !== 'json')
      throw new OffboardError('Usage', `--format: ${String(format)} is no format; write table or json`);
    const { plan: found } = await recordsOf(io.env, run);
    if (!found) throw new OffboardError('RunNotFound', `RUN: ${run} has no plan yet; look at offboard status ${run}`);
    const hash = planHash(found);
    io.out(format === 'json' ? JSON.stringify({ hash, plan: found }) : renderPlan(found, hash));
    return 0;
  },
};
