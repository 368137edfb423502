import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { unseenFaults, within } from '../../model/fault.ts';
import { manifestFaults } from '../../model/manifest-faults.ts';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import { OffboardError } from '../../model/errors.ts';
import { quote } from '../../model/quote.ts';
import { parseYaml } from '../../model/yaml.ts';
import { readText, homeOf } from '../../security/files.ts';
import type { Change } from '../../sandbox/changes.ts';
import { EstateError, jsonIn, loadEstate } from '../../sandbox/estate.ts';
import { startCodecServer } from '../../security/codec/server.ts';
import { loadKeys } from '../../security/keys.ts';
import { bareEnvironment } from '../../temporal/bare-environment.ts';
import { temporalBinary } from '../../temporal/binary.ts';
import { connectionSettings } from '../../temporal/connect.ts';
import { isAlive } from '../../temporal/lock.ts';
import { startDevServer, type DevServerOptions } from '../../temporal/dev-server.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.ts';
import { startProcess } from './process.ts';
import { sandboxClient, type SandboxClient } from './sandbox-client.ts';

export interface StageOptions {
  estate: string;
  /** Folder of everything the demonstration keeps. */
  folder: string;
  /** Go on with what an earlier demonstration left there. */
  keep: boolean;
  /** Of the worker's policy what is not as the demonstration has it: there names are asserted. */
  policy?(sandbox: string): object;
  /** Of the worker's environment what is not as the sandbox has it. */
  clouds?: Record<string, string>;
  /** How many there are; one where nothing is said. */
  workers?: number;
  progress(line: string): void;
}

/** The set stage: sandbox, Temporal, worker, each a process of its own. */
export interface Stage {
  manifest: Manifest;
  manifestFile: string;
  policyFile: string;
  /** What others do in the clouds while the plan waits for its approval. */
  changes: readonly Change[];
  sandbox: SandboxClient;
  /** For the client: Temporal's address, task queue, home. */
  env: NodeJS.ProcessEnv;
  temporalUi: string | undefined;
  /** Address of the codec server for that UI, with its secret; undefined where the server is another's. */
  codec: string | undefined;
  workers: readonly Restartable[];
  /** Undefined where the server is another's. */
  temporal: Restartable | undefined;
  strike(): Promise<void>;
}

/** A part that can fail in the middle of its work and come up again: with the same data, and at the same address. */
export interface Restartable {
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** glibc keeps a pool of memory for each of many threads, and what was given back to a pool: two that give it back soon take some tens of MB less (docs/worker.md). */
const SMALL_POOLS = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '131072' };

/** Of the development server. */
const NAMESPACE = 'default';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** What a second terminal needs to speak with a demonstration, and nothing else of its environment. */
const NAMES = ['OFFBOARD_HOME', 'TEMPORAL_ADDRESS', 'OFFBOARD_TASK_QUEUE'];

/** Brings up what a run needs. What was started is ended by `strike`, and when a part does not come up. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { folder, progress } = options;
  const { manifest, raw, changes } = readEstate(options.estate);
  claim(folder, options.keep);
  const stops: (() => Promise<void> | void)[] = [() => rmSync(pidFile(folder), { force: true })];
  const strike = async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  };
  try {
    const manifestFile = join(folder, 'manifest.yaml');
    writeFileSync(manifestFile, stringify(raw));
    const env: NodeJS.ProcessEnv = { ...process.env, OFFBOARD_HOME: join(folder, 'home'), OFFBOARD_TASK_QUEUE: 'mepm-offboard-demo' };

    progress('sandbox: starting (AWS, Azure, GCP, Entra ID and the portal, on https, loopback only)');
    const state = join(folder, 'sandbox');
    const sandboxArgs = [join(ROOT, 'sandbox', 'main.ts'), '--state', state, '--estate', resolve(options.estate), '--parent'];
    const sandbox = await startProcess('sandbox', sandboxArgs, bareEnvironment(process.env), join(folder, 'logs', 'sandbox.log'));
    stops.push(() => sandbox.stop());
    const workerEnv = JSON.parse(readFileSync(join(state, 'worker.env.json'), 'utf8')) as Record<string, string>;
    const client = sandboxClient(String(sandbox.ready['origin']), state);
    progress(`sandbox: ${client.origin} (process ${sandbox.pid})`);
    const policyFile = join(folder, 'policy.yaml');
    const policy = { identity: 'asserted', approvers: manifest.approvers, fourEyes: true, ...options.policy?.(client.origin) };
    writeFileSync(policyFile, stringify(policy));

    const temporal = await bringTemporal(folder, env, progress, stops);
    progress(`Temporal: ${temporal.address}${temporal.uiUrl ? `, UI ${temporal.uiUrl}` : ''}`);
    const named = { ...env, TEMPORAL_ADDRESS: temporal.address };
    const evidence = process.env['OFFBOARD_EVIDENCE_DIR'] ?? 'evidence';
    const startWorker = () =>
      startProcess(
        'worker',
        [join(ROOT, 'worker', 'main.ts')],
        {
          ...named,
          ...workerEnv,
          ...options.clouds,
          ...SMALL_POOLS,
          OFFBOARD_POLICY: policyFile,
          OFFBOARD_EVIDENCE_DIR: resolve(evidence),
        },
        join(folder, 'logs', 'worker.log'),
      );
    const workers: Restartable[] = [];
    for (let n = 0; n < (options.workers ?? 1); n++) {
      let worker = await startWorker();
      stops.push(() => worker.stop());
      workers.push({ kill: () => worker.kill(), start: async () => void (worker = await startWorker()) });
      progress(`worker: ready (process ${worker.pid}), log ${join(folder, 'logs', 'worker.log')}`);
    }
    progress(`To type commands in a second terminal, first:\n${exportLine(named)}`);
    return {
      manifest,
      manifestFile,
      policyFile,
      changes,
      sandbox: client,
      env: named,
      temporalUi: temporal.uiUrl,
      codec: temporal.codec,
      workers,
      temporal: temporal.server,
      strike,
    };
  } catch (error) {
    await strike();
    throw error;
  }
}

/** An existing server when one is named, else a development server of our own with a codec server for its UI. */
async function bringTemporal(
  folder: string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
  stops: (() => Promise<void> | void)[],
): Promise<{ address: string; uiUrl?: string; codec?: string; server?: Restartable }> {
  const named = connectionSettings(env);
  if (named) return { address: named.address };
  const binary = await temporalBinary({ progress });
  const secret = randomBytes(32).toString('base64url');
  // Which page may ask is known once the server is up, and so its UI.
  const door = { origin: '', namespaces: [NAMESPACE], secret };
  const codec = await startCodecServer({ ring: loadKeys(homeOf(env).keys, env), door, port: 0 });
  stops.push(() => codec.stop());
  const endpoint = `${codec.url}/${secret}`;
  const options: DevServerOptions = {
    binary,
    databaseFile: join(folder, 'temporal.db'),
    codecEndpoint: endpoint,
    searchAttributes: SEARCH_ATTRIBUTES,
    logFile: join(folder, 'logs', 'temporal.log'),
  };
  let server = await startDevServer(options);
  stops.push(() => server.stop());
  const ports = { port: Number(new URL(`tcp://${server.address}`).port), uiPort: Number(new URL(server.uiUrl).port) };
  const again = { kill: () => server.kill(), start: async () => void (server = await startDevServer({ ...options, ...ports })) };
  codec.allow(server.uiUrl);
  progress(`codec server for the Temporal UI and CLI (--codec-endpoint): ${endpoint}`);
  return { address: server.address, uiUrl: server.uiUrl, codec: endpoint, server: again };
}

const EstateFile = z.strictObject({ manifest: ManifestSchema, objects: z.array(z.unknown()), changes: z.array(z.unknown()).optional() });

/** Checks both halves of an estate before anything is started. */
function readEstate(file: string): { manifest: Manifest; raw: unknown; changes: Change[] } {
  const text = readText(file);
  // Whoever writes a large one as JSON spares the YAML parser, which takes minutes for ten thousand systems.
  const manifest =
    manifestInJson(text) ??
    parseYaml(file, text, EstateFile, (estate) => within('manifest', manifestFaults(estate.manifest)), Infinity).manifest;
  try {
    const { manifest: raw, changes = [] } = loadEstate(file);
    return { manifest, raw, changes };
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    throw new OffboardError(error.code === 'UnreadableFile' ? 'UnreadableFile' : 'InvalidValue', error.message, { cause: error });
  }
}

/** Undefined for what is no JSON, or has faults: as YAML, which it is as well, these are told with their lines. */
function manifestInJson(text: string): Manifest | undefined {
  const { data } = EstateFile.safeParse(jsonIn(text));
  return data && [...unseenFaults(data), ...manifestFaults(data.manifest)].length === 0 ? data.manifest : undefined;
}

const pidFile = (folder: string) => join(folder, 'demo.pid');

/** Makes the folder ours. Throws NotAllowed while another demonstration uses it. */
function claim(folder: string, keep: boolean): void {
  if (existsSync(pidFile(folder))) {
    const pid = Number(readFileSync(pidFile(folder), 'utf8'));
    if (isAlive(pid)) throw new OffboardError('NotAllowed', `a demonstration is going on in ${folder} (process ${pid}); end it first`);
  }
  if (!keep) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(pidFile(folder), String(process.pid));
}

/** One line for a shell, to be copied: after it every command goes to this demonstration. */
export function exportLine(env: NodeJS.ProcessEnv): string {
  return `export ${NAMES.map((name) => `${name}=${quote(env[name] ?? '')}`).join(' ')}`;
}
