import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';

/**
 * `node sdk-download-process.ts FOLDER VERSION`: the SDK's core offers its download only together with starting a server, so one is started
 * and stopped. Prints the binary's path.
 */
async function run(): Promise<void> {
  const [downloadDir, version] = process.argv.slice(2);
  if (downloadDir === undefined || version === undefined) throw new Error('usage: sdk-download-process.ts FOLDER VERSION');
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', downloadDir, version: `v${version}` } as const;
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
  const [file] = readdirSync(downloadDir).filter((name) => name.startsWith('temporal-'));
  if (file === undefined) throw new Error(`the SDK left no binary in ${downloadDir}`);
  process.stdout.write(`${join(downloadDir, file)}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error).split('\n', 1).join('')}\n`);
  process.exit(1);
});
