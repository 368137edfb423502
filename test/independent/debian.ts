import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../model/errors.ts';

const run = promisify(execFile);

/** Installs a package of Debian's. `needed`: what of it is needed, in words. Throws where that fails, with what to do instead. */
export async function installPackage(name: string, needed: string, progress: (line: string) => void): Promise<void> {
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
      `this suite needs ${needed}, and the package could not be installed: run \`apt-get install ${name}\` as root, or put them on PATH (${messageOf(cause).trim()})`,
      { cause },
    );
  }
}
