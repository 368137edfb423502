import { awaitingAttribute, phaseAttribute } from '../../workflows/messages.ts';
import type { Command } from '../command.ts';
import { withSession } from '../session.ts';

export const list: Command = {
  name: 'list',
  summary: 'List the offboardings Temporal knows, newest first.',
  positionals: [],
  options: { awaiting: { type: 'boolean', help: 'only those that go on and wait for a person' } },
  async run({ values, json }, io) {
    return await withSession(io.env, async ({ client }) => {
      const query = values['awaiting'] ? `WorkflowType = 'offboarding' AND ExecutionStatus = 'Running'` : `WorkflowType = 'offboarding'`;
      const rows = [];
      for await (const w of client.workflow.list({ query })) {
        const awaiting = w.typedSearchAttributes.get(awaitingAttribute) ?? 'unknown';
        if (values['awaiting'] && awaiting === 'nobody') continue;
        rows.push({
          workflowId: w.workflowId,
          state: w.status.name.toLowerCase(),
          phase: w.typedSearchAttributes.get(phaseAttribute) ?? '',
          awaiting,
          started: w.startTime.toISOString(),
        });
      }
      if (json) io.out(JSON.stringify(rows));
      else if (rows.length === 0) io.out('No offboarding is known here. Start one: offboard start MANIFEST --by NAME');
      else for (const r of rows) io.out(`${r.workflowId}  ${r.state}  ${r.phase}  waits for: ${r.awaiting}  since ${r.started}`);
      return 0;
    });
  },
};
