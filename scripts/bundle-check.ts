import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOWS_PATH } from '../worker/worker.ts';

// Bundles the workflow code as a worker does. A workflow that reaches a Node built-in, by whatever detour, passes the compiler and fails here.
const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: new DefaultLogger('WARN') });
process.stdout.write(`workflow bundle: ${Math.round(code.length / 1024)} KiB\n`);
