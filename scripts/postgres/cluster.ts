import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { postgresPrograms } from './binaries.ts';

const UP_WITHIN_MS = 60_000;
const GUARD = resolve(import.meta.dirname, '..', '..', 'temporal', 'guard.ts');

/** The administrator of every cluster here, and the password. */
export const ADMIN = 'postgres';
export const PASSWORD = 'correct horse battery';

/** By this user replicas follow. */
export const REPLICATOR = 'replicator';

/** A PostgreSQL cluster of one's own, on a free loopback port; it ends with this process, however that ends. */
export class Cluster {
  /** Another one is taken at the next start. */
  port: number;
  /** Files beside the data that the server may read, such as certificates. */
  readonly folder: string;
  readonly #programs: string;
  #settings: Record<string, string>;
  #server: ChildProcess | undefined;

  private constructor(programs: string, folder: string, port: number, settings: Record<string, string>) {
    this.#programs = programs;
    this.folder = folder;
    this.port = port;
    // What a killed process wrote the system keeps; should the machine crash, nothing here is worth having waited for the disk.
    this.#settings = { fsync: 'off', shared_buffers: '32MB', max_connections: '60', ...settings };
  }

  /** Makes a cluster and starts it. `files`: what its server is to read, by name. */
  static async start(settings: Record<string, string> = {}, files: Record<string, string> = {}): Promise<Cluster> {
    const cluster = await Cluster.#empty(settings);
    cluster.write('password', PASSWORD);
    for (const [name, content] of Object.entries(files)) cluster.write(name, content);
    const options = [
      '--auth=scram-sha-256',
      `--username=${ADMIN}`,
      `--pwfile=${cluster.folder}/password`,
      '--encoding=UTF8',
      '--no-locale',
    ];
    await cluster.#run('initdb', ['-D', cluster.data, '--no-sync', ...options]);
    await cluster.up();
    return cluster;
  }

  /** A copy that follows this cluster, as a hot standby (a replica that answers reads). */
  async replica(settings: Record<string, string> = {}): Promise<Cluster> {
    await this.sql(ADMIN, `CREATE ROLE ${REPLICATOR} REPLICATION LOGIN PASSWORD '${PASSWORD}'`);
    const replica = await Cluster.#empty(settings);
    await replica.#run('pg_basebackup', [
      '-D',
      replica.data,
      '--no-sync',
      '-R',
      '-X',
      'stream',
      '-c',
      'fast',
      '-d',
      this.url(ADMIN, REPLICATOR),
    ]);
    await replica.up();
    return replica;
  }

  static async #empty(settings: Record<string, string>): Promise<Cluster> {
    const programs = await postgresPrograms((line) => process.stderr.write(`${line}\n`));
    const folder = mkdtempSync(join(tmpdir(), 'offboard-postgres-'));
    const cluster = new Cluster(programs, folder, await freePort(), settings);
    mkdirSync(cluster.data, { mode: 0o700 });
    await cluster.#own(folder, cluster.data);
    return cluster;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Its address, as OFFBOARD_RECORDS takes it. */
  url(database: string, user = ADMIN, password = PASSWORD, port = this.port): string {
    return `postgres://${user}${password === '' ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/${database}`;
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content, { mode: 0o600 });
    if (owner) chownSync(join(this.folder, name), owner.uid, owner.gid);
  }

  /** Starts the server, also again after `down` and `kill`, with these settings besides. Resolves when it takes connections. */
  async up(settings: Record<string, string> = {}): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    let [server, said] = this.#spawn();
    for (const deadline = Date.now() + UP_WITHIN_MS; ; await pause(50)) {
      if (await this.#answers()) return;
      if (server.exitCode === null && Date.now() < deadline) continue;
      // What a killed server's processes are about, they end first, and hold its memory so long: no other one starts before.
      if (!this.#log.slice(said).includes('is still in use') || Date.now() > deadline)
        throw new Error(`PostgreSQL did not come up: ${this.#log.slice(-800)}`);
      [server, said] = this.#spawn();
    }
  }

  /** Returns also how much its log had before. */
  #spawn(): [ChildProcess, number] {
    const all = { ...this.#settings, listen_addresses: '127.0.0.1', port: `${this.port}`, unix_socket_directories: '' };
    const [command = '', ...args] = this.#asOwner('postgres', [
      '-D',
      this.data,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    const log = openSync(this.#logFile, 'a');
    const said = this.#log.length;
    this.#server = spawn(process.execPath, [GUARD, command, ...args], { cwd: '/', stdio: ['pipe', log, log] });
    closeSync(log);
    return [this.#server, said];
  }

  /** Ends the server as its crash would: nothing is written any more, no client is told. Without `crash` clients are told first. */
  async down({ crash = false } = {}): Promise<void> {
    await this.#end(crash ? 'SIGQUIT' : 'SIGINT');
  }

  /** Kills the server's first process, as a system that is short of memory may: the others end by themselves, some a moment later. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    const pid = Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, signal);
    await ended;
  }

  /** Ends it and removes all of it. */
  async remove(): Promise<void> {
    await this.down({ crash: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs SQL as the administrator and returns the last statement's rows. */
  async sql<R extends pg.QueryResultRow>(database: string, text: string): Promise<R[]> {
    const client = new pg.Client(this.url(database));
    await client.connect();
    try {
      const results: unknown = await client.query(text);
      return ([results].flat().at(-1) as pg.QueryResult<R>).rows;
    } finally {
      await client.end();
    }
  }

  /** A database that belongs to a user of its own, as docs/worker.md has it. Returns its address. */
  async database(name: string, user = name, password = PASSWORD): Promise<string> {
    await this.sql(ADMIN, `CREATE ROLE "${user}" LOGIN PASSWORD '${password}'`);
    await this.sql(ADMIN, `CREATE DATABASE "${name}" OWNER "${user}"`);
    return this.url(name, user, password);
  }

  /** Removes what `database` made. */
  async drop(name: string, user = name): Promise<void> {
    await this.sql(ADMIN, `DROP DATABASE "${name}" WITH (FORCE)`);
    await this.sql(ADMIN, `DROP ROLE "${user}"`);
  }

  get #logFile(): string {
    return join(this.folder, 'log');
  }

  get #log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  async #answers(): Promise<boolean> {
    try {
      await this.sql(ADMIN, 'SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  /** PostgreSQL refuses to run as root. */
  #asOwner(program: string, args: string[]): string[] {
    const own = owner ? ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : [];
    return [...own, join(this.#programs, program), ...args];
  }

  async #run(program: string, args: string[]): Promise<void> {
    const [command = '', ...rest] = this.#asOwner(program, args);
    await promisify(execFile)(command, rest, { cwd: '/' });
  }

  async #own(...paths: string[]): Promise<void> {
    owner ??= await otherThanRoot();
    if (owner) for (const path of paths) if (existsSync(path)) chownSync(path, owner.uid, owner.gid);
  }
}

let owner: { uid: number; gid: number } | undefined;

/** Debian's package makes a user for it. Undefined where this process is not root. */
async function otherThanRoot(): Promise<typeof owner> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string) => Number((await promisify(execFile)('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
