import type { Action } from '../terminal/command.ts';
import { recordsOf } from '../records/records.ts';
import { renderReport } from '../render/report.ts';

export const report: Action = {
  async run({ positionals: [run = ''], json }, io) {
    const { summary } = await recordsOf(io.env, run);
    io.out(json ? JSON.stringify(summary) : renderReport(summary, io.program));
  },
};
