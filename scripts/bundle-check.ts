import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOWS_PATH } from '../worker/worker.ts';

/**
 * Bundles the workflow code as a worker does. A workflow that reaches a Node built-in, by whatever detour, passes the compiler and fails here.
 */
async function run(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: new DefaultLogger('WARN') });
  process.stdout.write(`workflow bundle: ${Math.round(code.length / 1024)} KiB\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
