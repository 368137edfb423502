import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, OffboardError } from '../model/errors.ts';
import { withLock } from './lock.ts';
import { buildWithGo, downloadThroughSdk, EXECUTABLE, TEMPORAL_CLI_VERSION, type Supplier } from './suppliers.ts';
import { userCache } from './user-cache.ts';
import { bareEnvironment } from './bare-environment.ts';

/** Older servers refuse workflow updates unless configured, and the approvals of a run are updates. */
const OLDEST_SERVER = [1, 25] as const;

const run = promisify(execFile);

export interface BinaryOptions {
  environment?: NodeJS.ProcessEnv;
  /** Told, in sentences, what takes time. */
  progress?: (line: string) => void;
  /** Tried in this order when no binary is there yet. */
  suppliers?: Supplier[];
}

/**
 * Path of a Temporal CLI that can run a development server: `TEMPORAL_CLI_PATH`, else `temporal` on PATH, else the user's cache (userCache), else
 * the SDK's official download, else built once with Go. Callers at the same time, in any process, wait for one download or build.
 * Throws `NoTemporal` naming every way when all are closed, or when `TEMPORAL_CLI_PATH` names something else.
 */
export async function temporalBinary(options: BinaryOptions = {}): Promise<string> {
  const environment = options.environment ?? process.env;
  const progress = options.progress ?? (() => {});
  const named = environment.TEMPORAL_CLI_PATH;
  if (named) return namedBinary(named);

  const tried: string[] = [];
  for (const candidate of onPath(environment.PATH ?? '')) {
    const fault = await faultOf(candidate);
    if (fault === undefined) return candidate;
    tried.push(`${candidate}: ${fault}`);
  }

  const shelf = join(userCache(environment), 'temporal', TEMPORAL_CLI_VERSION);
  const cached = join(shelf, EXECUTABLE);
  if (existsSync(cached)) return cached;
  mkdirSync(shelf, { recursive: true, mode: 0o700 });
  return withLock(`${shelf}.lock`, progress, async () => {
    if (existsSync(cached)) return cached;
    for (const supply of options.suppliers ?? [downloadThroughSdk, buildWithGo]) {
      try {
        return await supply(shelf, progress);
      } catch (error) {
        tried.push(messageOf(error));
      }
    }
    throw noTemporal(tried);
  });
}

async function namedBinary(path: string): Promise<string> {
  const fault = await faultOf(path);
  if (fault === undefined) return path;
  throw new OffboardError('NoTemporal', `TEMPORAL_CLI_PATH is ${path}, but ${fault}; name a Temporal CLI there, or unset it`);
}

function onPath(path: string): string[] {
  return path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, EXECUTABLE))
    .filter((file) => existsSync(file));
}

async function faultOf(binary: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(binary, ['--version'], { timeout: 20_000, env: bareEnvironment(process.env) });
    return versionFault(stdout);
  } catch (error) {
    return `it cannot be run (${messageOf(error).split('\n', 1)[0] ?? ''})`;
  }
}

/** What is wrong with a CLI that answers `--version` with this text; undefined when nothing is. */
export function versionFault(text: string): string | undefined {
  const server = /Server (\d+)\.(\d+)/.exec(text);
  if (!server) return 'it is not the Temporal CLI';
  const [major, minor] = [Number(server[1]), Number(server[2])];
  const recent = major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]);
  return recent ? undefined : `its server is ${major}.${minor}, and ${OLDEST_SERVER.join('.')} or newer is needed`;
}

function noTemporal(tried: string[]): OffboardError {
  const ways = [
    'set TEMPORAL_ADDRESS (or a profile in temporal.toml) to a server that is running',
    'set TEMPORAL_CLI_PATH to the Temporal CLI',
    'put `temporal` on PATH (https://docs.temporal.io/cli)',
    'let this machine reach https://temporal.download',
    'install Go 1.21 or newer, and the CLI is built from its Go module',
  ];
  const list = (lines: string[]) => lines.map((line) => `\n  - ${line}`).join('');
  return new OffboardError('NoTemporal', `no Temporal server could be had. Do one of these:${list(ways)}\nTried:${list(tried)}`);
}
