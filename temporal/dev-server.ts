import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { OffboardError } from '../model/errors.ts';
import { bareEnvironment } from './bare-environment.ts';

const LOOPBACK = '127.0.0.1';
const HEALTHY_WITHIN_MS = 60_000;
const POLL_MS = 100;
/**
 * The dev server has one shard, and by default a shard reads each of its queues at most 20 times a second, which is meant for the hundreds
 * of shards of a large server: each step of each run would wait up to 50 ms.
 */
const SETTINGS = {
  'history.transferProcessorMaxPollRPS': 1_000,
  'history.timerProcessorMaxPollRPS': 1_000,
  'history.visibilityProcessorMaxPollRPS': 1_000,
};
/** The dev server forgets a closed run after a day; an offboarding is asked about for weeks. */
const RETENTION_DAYS = 90;

export interface DevServerOptions {
  /** A Temporal CLI, as `temporalBinary()` finds it. */
  binary: string;
  /** SQLite file that keeps the runs; without it they live in memory. */
  databaseFile?: string;
  /** Whether each write waits for the disk; so by default. Without, a crash of the machine, not of the server, may lose the newest. */
  synced?: boolean;
  /** Port of the server itself; a free one by default. */
  port?: number;
  /** Port of the Web UI; a free one by default. */
  uiPort?: number;
  /** Address of a codec server, for the Web UI to show decrypted payloads. */
  codecEndpoint?: string;
  /** Registered at start, by name; the type as the CLI spells it. */
  searchAttributes: Readonly<Record<string, 'Keyword' | 'Text' | 'Int' | 'Datetime' | 'Bool'>>;
  /** Settings of the server by key, such as `history.timerProcessorMaxTimeShift`, where its defaults do not do. */
  settings?: Readonly<Record<string, string | number>>;
  /** What the server says goes here. */
  logFile: string;
}

export interface DevServer {
  /** `host:port` of the gRPC frontend. */
  address: string;
  uiUrl: string;
  /** Ends the server and waits until it has ended. */
  stop: () => Promise<void>;
  /** Kills it, as a machine that fails, and waits until it has ended. */
  kill: () => Promise<void>;
}

/**
 * Starts a Temporal development server on loopback and waits until it answers. It ends with `stop()`, and with this process however that ends.
 * Throws `NoServer` when a wanted port is taken, and with the last lines of its log when it does not come up.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const asWanted = options.port !== undefined && options.uiPort !== undefined;
  try {
    return await startOnce(options);
  } catch (error) {
    // Somebody may have taken a port that was found free a moment before.
    if (asWanted || !(error instanceof OffboardError) || !error.message.includes('address already in use')) throw error;
    return await startOnce(options);
  }
}

async function startOnce(options: DevServerOptions): Promise<DevServer> {
  const [port, uiPort] = await freePorts(options.port, options.uiPort);
  const address = `${LOOPBACK}:${port}`;
  const guard = spawnGuarded(options, port, uiPort);
  const stop = () => end(guard);
  try {
    await untilHealthy(address, guard);
  } catch (cause) {
    await stop();
    const said = readFileSync(options.logFile, 'utf8').trim().split('\n').slice(-3).join(' | ');
    throw new OffboardError(
      'NoServer',
      `the Temporal server at ${address} did not come up; its log ${options.logFile} ends with: ${said}`,
      { cause },
    );
  }
  return { address, uiUrl: `http://${LOOPBACK}:${uiPort}`, stop, kill: () => killed(guard, port) };
}

function spawnGuarded(options: DevServerOptions, port: number, uiPort: number): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a', 0o600);
  const command = [
    options.binary,
    'server',
    'start-dev',
    `--ip=${LOOPBACK}`,
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    '--log-level=warn',
    '--color=never',
    ...(options.databaseFile === undefined ? [] : ['--db-filename', options.databaseFile]),
    ...(options.synced === false ? ['--sqlite-pragma', 'synchronous=off'] : []),
    ...(options.codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', options.codecEndpoint]),
    ...Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
    ...Object.entries(options.searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
  try {
    // A process group of its own, so that Ctrl-C reaches us first and we can end a run in order before its server goes.
    return spawn(process.execPath, [join(import.meta.dirname, 'guard.ts'), ...command], {
      env: bareEnvironment(process.env),
      detached: true,
      stdio: ['pipe', log, log],
    });
  } finally {
    closeSync(log);
  }
}

async function untilHealthy(address: string, guard: ChildProcess): Promise<void> {
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  for (;;) {
    if (guard.exitCode !== null || guard.signalCode !== null) throw new Error('it ended');
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        await keepRunsLonger(connection);
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(POLL_MS);
    }
  }
}

function keepRunsLonger(connection: Connection): Promise<unknown> {
  const config = { workflowExecutionRetentionTtl: msToTs(`${RETENTION_DAYS} days`) };
  return connection.workflowService.updateNamespace({ namespace: 'default', config });
}

async function end(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  const ended = new Promise((done) => guard.once('exit', done));
  guard.stdin?.end();
  await ended;
}

/** The guard and the server are a process group. Resolves once the port is free: the server ends a moment after its guard. */
async function killed(guard: ChildProcess, port: number): Promise<void> {
  if (guard.pid === undefined || guard.exitCode !== null || guard.signalCode !== null) return;
  const ended = new Promise((done) => guard.once('exit', done));
  process.kill(-guard.pid, 'SIGKILL');
  await ended;
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  while (!(await isFree(port)) && Date.now() < deadline) await pause(POLL_MS);
}

async function isFree(port: number): Promise<boolean> {
  try {
    await freePorts(port);
    return true;
  } catch (error) {
    if (error instanceof OffboardError) return false;
    throw error;
  }
}

/** The wanted ports if nothing listens there, else any, each another one. Asked before the start, so that another server's answer is never taken for ours. */
async function freePorts<W extends (number | undefined)[]>(...wanted: W): Promise<{ [P in keyof W]: number }> {
  const probes: Server[] = [];
  try {
    // All are held until the last is found.
    for (const port of wanted) probes.push(await listening(port ?? 0));
    return probes.map((p) => (p.address() as AddressInfo).port) as { [P in keyof W]: number };
  } finally {
    await Promise.all(probes.map((p) => new Promise((done) => p.close(done))));
  }
}

async function listening(port: number): Promise<Server> {
  const probe = createServer();
  try {
    await new Promise<void>((done, fail) => probe.once('error', fail).listen(port, LOOPBACK, done));
    return probe;
  } catch (cause) {
    const mend = 'end what listens there or choose another port';
    throw new OffboardError('NoServer', `port ${port} for the Temporal server is taken; ${mend}`, { cause });
  }
}
