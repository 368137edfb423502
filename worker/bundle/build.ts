import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

export const WORKFLOWS_PATH = pathOf('workflows/index.ts');

/** What every message and start passes first. */
const EDGE_PATH = pathOf('workflows/edge.ts');

/** Bundles the workflows, in this process: some seconds, and some hundred MB that it keeps. Throws what the bundler says. */
export async function buildBundle(workflowsPath: string = WORKFLOWS_PATH): Promise<string> {
  return (
    await bundleWorkflowCode({
      workflowsPath,
      workflowInterceptorModules: [EDGE_PATH],
      failureConverterPath: FAILURE_CONVERTER_PATH,
      logger: new DefaultLogger('WARN'),
    })
  ).code;
}

/** `node build.ts FILE`: the same into a file, by a process that gives its memory back. */
if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: build.ts FILE');
  writeFileSync(file, await buildBundle());
}
