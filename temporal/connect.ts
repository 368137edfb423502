import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConfigProfile, toClientOptions, type ClientConnectConfig } from '@temporalio/envconfig';
import { messageOf, OffboardError } from '../model/errors.ts';

const GRPC_NOT_FOUND = 5;

/** Where a Temporal server is and how to sign in to it. `options` suit the client's `Connection` and the worker's `NativeConnection` alike. */
export interface ConnectionSettings {
  /** `host:port`. */
  address: string;
  namespace: string;
  options: ClientConnectConfig['connectionOptions'];
}

/**
 * Settings of the server the user names, by `TEMPORAL_ADDRESS` and its siblings or by a profile in `temporal.toml` (`TEMPORAL_PROFILE`,
 * `TEMPORAL_CONFIG_FILE`), read as the official CLI reads them. Undefined when no address is named. Throws `NoServer` for an unreadable profile.
 */
export function connectionSettings(environment: NodeJS.ProcessEnv = process.env): ConnectionSettings | undefined {
  try {
    const variables = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
    const profile = loadClientConfigProfile({ overrideEnvVars: variables });
    if (!profile.address) return undefined;
    if (/[\s/@]/.test(profile.address)) throw noAddress(profile.address);
    const { connectionOptions, namespace } = toClientOptions(profile);
    return { address: profile.address, namespace: namespace ?? 'default', options: connectionOptions };
  } catch (cause) {
    if (cause instanceof OffboardError) throw cause;
    throw new OffboardError(
      'NoServer',
      `the Temporal profile cannot be read: ${profileSought(environment)} (${messageOf(cause)}); mend temporal.toml, or set TEMPORAL_ADDRESS`,
      { cause },
    );
  }
}

function noAddress(said: string): OffboardError {
  return new OffboardError('NoServer', `TEMPORAL_ADDRESS: '${said}' is no address; write host:port alone, such as 127.0.0.1:7233`);
}

/** Where client and worker meet. */
export function taskQueueOf(environment: NodeJS.ProcessEnv): string {
  return environment['OFFBOARD_TASK_QUEUE'] ?? 'mepm-offboard';
}

/** Where a profile was looked for, and what was found there, in words: file, profile, and the profiles that the file has. */
export function profileSought(environment: NodeJS.ProcessEnv): string {
  const file = environment['TEMPORAL_CONFIG_FILE'] || join(configFolder(environment), 'temporalio', 'temporal.toml');
  const profile = environment['TEMPORAL_PROFILE'] || 'default';
  if (!existsSync(file)) return `TEMPORAL_ADDRESS is not set, and there is no ${file} for profile ${profile}`;
  const names = [...readFileSync(file, 'utf8').matchAll(/^\s*\[profile\.([\w-]+)\]/gm)].map((m) => m[1]);
  if (names.includes(profile)) return `TEMPORAL_ADDRESS is not set, and profile ${profile} in ${file} names no address`;
  return `${file} has no profile ${profile}; it has ${names.join(', ') || 'none'}: choose one with TEMPORAL_PROFILE`;
}

/** Where the official CLI keeps its configuration. */
function configFolder(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (process.platform === 'win32') return environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
  return environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}

/**
 * Connects, and makes sure of server and namespace. Throws `NoServer` when the server does not answer `within` 5 seconds (in ms) or has no such
 * namespace.
 */
export async function connect(settings: ConnectionSettings, within = 5_000): Promise<Connection> {
  const connection = await reach(settings, within);
  try {
    await demandServed(connection, settings, within);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

/** Connects, and asks nothing yet: whatever is asked first tells whether the server is one of Temporal's and has the namespace. Throws `NoServer` as `connect`. */
export async function reach({ address, options }: ConnectionSettings, within = 5_000): Promise<Connection> {
  const connection = Reached.lazy({ ...options, address, connectTimeout: within }) as Reached;
  try {
    await connection.ready(within);
    return connection;
  } catch (cause) {
    await connection.close();
    throw noAnswer(address, within, cause);
  }
}

/** A connection that can be waited for without a call. */
class Reached extends Connection {
  async ready(within: number): Promise<void> {
    await this.untilReady(Date.now() + within);
  }
}

/** Throws `NoServer` where what answers is no server of Temporal's, or has no such namespace. */
export async function demandServed(connection: Connection, { address, namespace }: ConnectionSettings, within = 5_000): Promise<void> {
  try {
    await connection.ensureConnected();
  } catch (cause) {
    throw noAnswer(address, within, cause);
  }
  if (await lacksNamespace(connection, namespace))
    throw new OffboardError(
      'NoServer',
      `the Temporal server at ${address} has no namespace ${namespace}; create it with \`temporal operator namespace create -n ${namespace}\`, or set TEMPORAL_NAMESPACE`,
    );
}

function noAnswer(address: string, within: number, cause: unknown): OffboardError {
  const mend = 'start it, or name another with TEMPORAL_ADDRESS or a profile in temporal.toml';
  return new OffboardError('NoServer', `no Temporal server answers at ${address} within ${within / 1000} s; ${mend}`, { cause });
}

/** Only the server's own "no such namespace" counts: whoever may not describe a namespace may still work in it. */
async function lacksNamespace(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return false;
  } catch (error) {
    return isGrpcServiceError(error) && (error.code as number) === GRPC_NOT_FOUND;
  }
}
