import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXECUTABLE, TEMPORAL_CLI_VERSION } from './release.ts';

const MODULE = 'github.com/temporalio/cli';
const PROGRESS_EVERY_MS = 10_000;

/**
 * Builds the CLI from its official Go module, whose integrity Go checks against its checksum database, and puts it into `directory`.
 * Some minutes on a small machine. Rejects when there is no Go or the build fails.
 */
export async function buildWithGo(directory: string, progress: (line: string) => void): Promise<string> {
  progress(
    `building Temporal CLI ${TEMPORAL_CLI_VERSION} from its Go module: two to five minutes, once for this user (kept in ${directory})`,
  );
  progress(
    'quicker: `temporal` on PATH (https://docs.temporal.io/cli) or TEMPORAL_CLI_PATH; to run and not to test, TEMPORAL_ADDRESS of a server',
  );
  const workshop = mkdtempSync(join(directory, 'building-'));
  try {
    await goInstall(workshop, progress);
    const binary = join(directory, EXECUTABLE);
    renameSync(join(workshop, EXECUTABLE), binary);
    progress(`built ${binary}`);
    return binary;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function goInstall(target: string, progress: (line: string) => void): Promise<void> {
  const began = Date.now();
  const flags = `-s -w -X ${MODULE}/temporalcli.Version=${TEMPORAL_CLI_VERSION}`;
  const go = spawn('go', ['install', '-v', '-trimpath', `-ldflags=${flags}`, `${MODULE}/cmd/temporal@v${TEMPORAL_CLI_VERSION}`], {
    env: { ...process.env, GOBIN: target, GOFLAGS: '', CGO_ENABLED: '0' },
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
