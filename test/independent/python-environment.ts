import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
      await promisify(execFile)(python, ['-m', 'pip', 'install', '--quiet', `${name}${extras}==${version}`], { maxBuffer: 1e7 });
      renameSync(workshop, home);
    } finally {
      rmSync(workshop, { recursive: true, force: true });
    }
    return home;
  });
}
