import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { messageOf } from '../model/errors.ts';
import { bareEnvironment } from './bare-environment.ts';

/** The release that is downloaded or built: the newest whose Go module has no replace directives, so that `go install` takes it. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** File name of the Temporal CLI on this machine. */
export const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

const TIME_LIMIT_MS = 60_000;
const MODULE = 'github.com/temporalio/cli';
const PROGRESS_EVERY_MS = 10_000;

/** One way to put a Temporal CLI into `directory`; resolves to its path, rejects with the reason why this way is closed. */
export type Supplier = (directory: string, progress: (line: string) => void) => Promise<string>;

/**
 * Has the Temporal SDK download the official CLI into `directory`. In a process of its own, because the SDK's core knows no time limit for it
 * and its runtime can be configured only once in a process, which the caller may still want to do.
 */
export const downloadThroughSdk: Supplier = async (directory, progress) => {
  progress(`downloading Temporal CLI ${TEMPORAL_CLI_VERSION} through the SDK (at most ${TIME_LIMIT_MS / 1000} s)`);
  return await madeIn(directory, async (workshop) => {
    const script = join(import.meta.dirname, 'sdk-download-process.ts');
    const call = promisify(execFile)(process.execPath, [script, workshop, TEMPORAL_CLI_VERSION], {
      timeout: TIME_LIMIT_MS,
      env: bareEnvironment(process.env),
    });
    const { stdout } = await call.catch((error: unknown) => {
      throw new Error(`downloading: ${reasonOf(error)}`, { cause: error });
    });
    return stdout.trim();
  });
};

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'killed' in error && error.killed === true) return `not done after ${TIME_LIMIT_MS / 1000} s`;
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return said === '' ? messageOf(error) : said.split('\n').slice(-1).join('');
}

/**
 * Builds the CLI from its official Go module, whose integrity Go checks against its checksum database, and puts it into `directory`.
 * Some minutes on a small machine. Rejects when there is no Go or the build fails.
 */
export const buildWithGo: Supplier = async (directory, progress) => {
  progress(
    `building Temporal CLI ${TEMPORAL_CLI_VERSION} from its Go module: two to five minutes, once for this user (kept in ${directory})`,
  );
  progress(
    'quicker: `temporal` on PATH (https://docs.temporal.io/cli) or TEMPORAL_CLI_PATH; to run and not to test, TEMPORAL_ADDRESS of a server',
  );
  const binary = await madeIn(directory, async (workshop) => {
    await goInstall(workshop, progress);
    return join(workshop, EXECUTABLE);
  });
  progress(`built ${binary}`);
  return binary;
};

function goInstall(target: string, progress: (line: string) => void): Promise<void> {
  const began = Date.now();
  const flags = `-s -w -X ${MODULE}/temporalcli.Version=${TEMPORAL_CLI_VERSION}`;
  const go = spawn('go', ['install', '-v', '-trimpath', `-ldflags=${flags}`, `${MODULE}/cmd/temporal@v${TEMPORAL_CLI_VERSION}`], {
    env: { ...bareEnvironment(process.env), GOBIN: target, GOFLAGS: '', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let downloaded = 0;
  let compiled = 0;
  const lastLines: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading')) downloaded += 1;
    else compiled += 1;
    lastLines.push(line);
    if (lastLines.length > 5) lastLines.shift();
  });
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    progress(`building Temporal CLI: ${downloaded} modules downloaded, ${compiled} packages compiled, ${seconds} s`);
  }, PROGRESS_EVERY_MS);
  const stopWithUs = () => go.kill();
  process.once('exit', stopWithUs);
  return new Promise<void>((done, fail) => {
    go.once('error', (cause: NodeJS.ErrnoException) => {
      fail(new Error(cause.code === 'ENOENT' ? 'building: there is no `go` on PATH' : `building: ${cause.message}`, { cause }));
    });
    go.once('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`building: go install ended with ${code ?? 'a signal'}: ${lastLines.join(' | ')}`));
    });
  }).finally(() => {
    clearInterval(ticker);
    process.off('exit', stopWithUs);
  });
}

/** Has `make` put the CLI into a folder of its own, and moves it into place only when it is whole. */
async function madeIn(directory: string, make: (workshop: string) => Promise<string>): Promise<string> {
  const workshop = mkdtempSync(join(directory, 'making-'));
  try {
    const binary = join(directory, EXECUTABLE);
    renameSync(await make(workshop), binary);
    return binary;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}
