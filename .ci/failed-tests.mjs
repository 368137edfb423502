// Names each failed test of a vitest JSON report (argument 1) with the first lines of its reason, one line each.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const file of report.testResults) {
  for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
    const reason = (test.failureMessages[0] ?? '').split('\n').slice(0, 12).join(' | ').slice(0, 1500);
    console.log(`${relative(process.cwd(), file.name)} > ${test.fullName}: ${reason}`);
  }
}
