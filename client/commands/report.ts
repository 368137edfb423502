import type { Command } from '../terminal/command.ts';
import { recordsOf } from '../records/records.ts';
import { renderReport } from '../render/report.ts';

export const report: Command = {
  name: 'report',
  summary: 'Tell a run from its journal, whether Temporal still knows it or not.',
  positionals: ['RUN'],
  options: {},
  async run({ positionals: [run = ''], json }, io) {
    const { summary } = await recordsOf(io.env, run);
    io.out(json ? JSON.stringify(summary) : renderReport(summary, io.program));
  },
};
