import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withLock } from '../../temporal/lock.ts';
import { userCache } from '../../temporal/user-cache.ts';

export const CACHE = userCache(process.env);

/**
 * Folder of a Python environment that has one package, from the Python index, kept for the next time. Made aside and moved into place, so
 * that a broken install is never taken for a good one; so its scripts are run by its python (`-m`), not by their own first line.
 */
export async function pythonEnvironment(name: string, version: string, progress: (line: string) => void, extras = ''): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const home = join(CACHE, `${name}-${version}`);
  return withLock(`${home}.lock`, progress, async () => {
    if (existsSync(home)) return home;
    progress(`installing ${name} ${version} from the Python index into ${home}`);
    const workshop = mkdtempSync(join(CACHE, `${name}-installing-`));
    try {
      await promisify(execFile)('python3', ['-m', 'venv', workshop]);
      const python = join(workshop, 'bin', 'python');
      await installed(python, `${name}${extras}==${version}`, progress);
      renameSync(workshop, home);
    } finally {
      rmSync(workshop, { recursive: true, force: true });
    }
    return home;
  });
}

const TRIES = 4;

/** The index is somebody else's, and a large package is hundreds of downloads: what failed is asked for again, some seconds later. */
async function installed(python: string, what: string, progress: (line: string) => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await promisify(execFile)(python, ['-m', 'pip', 'install', '--quiet', '--retries', '10', what], { maxBuffer: 1e7 });
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
      progress(
        `installing ${what} failed (try ${attempt} of ${TRIES}): ${error instanceof Error ? error.message.slice(-2_000) : String(error)}`,
      );
      await sleep(attempt * 5_000);
    }
  }
}
