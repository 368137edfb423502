import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 250;

/**
 * Runs `work` while no other process that names the same lock file does. A lock whose owner died is taken over. Two that take it over in the
 * same moment both work: callers keep that harmless by moving a finished result into place in one rename.
 */
export async function withLock<T>(file: string, progress: (line: string) => void, work: () => Promise<T>): Promise<T> {
  let reported = false;
  while (!take(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!reported && owner !== undefined) progress(`waiting for process ${owner}, which is fetching Temporal already`);
    reported = true;
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined while the owner has made the file and not yet written its id, or has just removed it. */
function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this id is there, ours or another user's. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
