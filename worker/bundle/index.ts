import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../model/errors.ts';
import { userCache } from '../../temporal/user-cache.ts';
import { buildBundle } from './build.ts';
import { bundleKey } from './inputs.ts';
import { kept } from './kept.ts';

const BUILDER = join(import.meta.dirname, 'build.ts');

/**
 * The bundled workflows: from the user's cache, where a bundle of just these sources is, else built by a process of its own and kept there. Where none can be
 * kept, `warn` is told why and they are bundled in this process. Throws what the bundler says.
 */
export async function workflowBundle(environment: NodeJS.ProcessEnv, warn: (why: string) => void): Promise<{ code: string }> {
  try {
    return { code: await kept(join(userCache(environment), 'workflows'), bundleKey(), build) };
  } catch (error) {
    warn(`the bundle of workflows cannot be kept (${messageOf(error)}); it is built in memory at each start`);
    return { code: await buildBundle() };
  }
}

/** The clouds' credentials, which the worker has of its environment, are none of the bundler's. */
async function build(file: string): Promise<void> {
  const { PATH, TMPDIR } = process.env;
  await promisify(execFile)(process.execPath, [BUILDER, file], { env: { PATH, TMPDIR } });
}
