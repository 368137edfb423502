import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../model/errors.ts';
import { withLock } from '../temporal/lock.ts';
import { userCache } from '../temporal/user-cache.ts';

const run = promisify(execFile);
const CACHE = userCache(process.env);

/**
 * Installs a package of Debian's, unless `there` finds that another process has done so meanwhile: apt-get refuses a second one beside it.
 * `needed`: what of it is needed, in words. Throws where that fails, with what to do instead.
 */
export async function installPackage(name: string, needed: string, there: () => boolean, progress: (line: string) => void): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  await withLock(join(CACHE, 'apt-get.lock'), progress, async () => {
    if (!there()) await install(name, needed, progress);
  });
}

async function install(name: string, needed: string, progress: (line: string) => void): Promise<void> {
  progress(`installing the Debian package ${name} (apt-get install ${name})`);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = async (...args: string[]) => {
    const [command = '', ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    await run(command, rest, { maxBuffer: 1e8 });
  };
  try {
    await apt('update');
    await apt('install', '-y', name);
  } catch (cause) {
    throw new Error(
      `this needs ${needed}, and the package could not be installed: run \`apt-get install ${name}\` as root, or put them on PATH (${messageOf(cause).trim()})`,
      { cause },
    );
  }
}
