import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../model/errors.ts';
import { EXECUTABLE, TEMPORAL_CLI_VERSION } from './release.ts';

const TIME_LIMIT_MS = 60_000;

/**
 * Has the Temporal SDK download the official CLI into `directory`. In a process of its own, because the SDK's core knows no time limit for it
 * and its runtime can be configured only once in a process, which the caller may still want to do.
 */
export async function downloadThroughSdk(directory: string, progress: (line: string) => void): Promise<string> {
  progress(`downloading Temporal CLI ${TEMPORAL_CLI_VERSION} through the SDK (at most ${TIME_LIMIT_MS / 1000} s)`);
  const target = mkdtempSync(join(directory, 'downloading-'));
  try {
    const script = join(import.meta.dirname, 'sdk-download-process.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, target, TEMPORAL_CLI_VERSION], { timeout: TIME_LIMIT_MS });
    const binary = join(directory, EXECUTABLE);
    renameSync(stdout.trim(), binary);
    return binary;
  } catch (error) {
    throw new Error(`downloading: ${reasonOf(error)}`, { cause: error });
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'killed' in error && error.killed === true) return `not done after ${TIME_LIMIT_MS / 1000} s`;
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said === '' ? messageOf(error) : said.split('\n').slice(-1).join('');
}
