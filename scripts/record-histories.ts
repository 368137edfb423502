import { startVitest } from 'vitest/node';

/** Records test/histories/*.json anew, from runs of the workflow as it is now. One command: npm run record-histories. */
const vitest = await startVitest([], { include: ['test/histories/record.ts'], watch: false, maxWorkers: 1 });
await vitest.close();
