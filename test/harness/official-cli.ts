import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from './suite.ts';

const run = promisify(execFile);

/** `temporal workflow signal`, as a person types it: without the payload keys. */
export async function signalByCli(workflowId: string, name: string, input: string): Promise<void> {
  const at = ['--address', suite('temporalAddress'), '--workflow-id', workflowId];
  await run(suite('temporalBinary'), ['workflow', 'signal', ...at, '--name', name, '--input', input]);
}
