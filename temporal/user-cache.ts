import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Folder for what this project built or downloaded and can have again, one for all its clones: where the system has its users' caches. */
export function userCache(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  return join(base(environment, platform, home), 'mepm-offboard');
}

function base({ XDG_CACHE_HOME: xdg, LOCALAPPDATA: local }: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  // The XDG base directory specification has a path that is not absolute ignored.
  if (xdg && isAbsolute(xdg)) return xdg;
  if (platform === 'win32') return local || join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  return join(home, '.cache');
}
