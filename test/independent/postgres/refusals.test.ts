import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { stringify } from 'yaml';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openRecords, type Records } from '../../../activities/records/open.ts';
import { EXIT_CODES, OffboardError } from '../../../model/errors.ts';
import { intent, RING, RUN, started } from '../../activities/records/contract.ts';
import { suite } from '../../harness/suite.ts';
import { authority, type Authority } from './authority.ts';
import { Cluster, PASSWORD } from '../../../scripts/postgres/cluster.ts';
import { Proxy } from './proxy.ts';

let cluster: Cluster;
let right: Authority;
let wrong: Authority;
let url: string;
beforeAll(async () => {
  [right, wrong] = await Promise.all([authority('IP:127.0.0.1'), authority('IP:127.0.0.1')]);
  cluster = await Cluster.start(
    { ssl: 'on', ssl_cert_file: '../server.pem', ssl_key_file: '../server.key' },
    { 'server.pem': right.certificate, 'server.key': right.key },
  );
});
afterAll(async () => {
  await cluster.remove();
  for (const { folder } of [right, wrong]) rmSync(folder, { recursive: true });
});

const opened: Records[] = [];
beforeEach(async () => {
  url = await cluster.database('records');
});
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close();
  await cluster.drop('records');
});

async function open(address: string, create = true, env: NodeJS.ProcessEnv = {}): Promise<Records> {
  const records = await openRecords({ ...env, OFFBOARD_RECORDS: address }, RING, { create });
  opened.push(records);
  return records;
}

/** What opening is refused with; it never holds the password, also where it is printed with its cause. */
async function refusal(address: string, create = true): Promise<OffboardError> {
  const error: unknown = await open(address, create).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(OffboardError);
  expect(inspect(error)).not.toMatch(/correct|horse|battery|secret/);
  return error as OffboardError;
}

const endSessions = () => cluster.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'records'`);
const where = () => `the records in postgres://records@127.0.0.1:${cluster.port}/records`;

test('a wrong password, and none, are refused with the mend', async () => {
  expect(await refusal(cluster.url('records', 'records', 'secret'))).toMatchObject({
    code: 'NoRecords',
    message: `${where()} refuse the user or the password; mend the user in OFFBOARD_RECORDS, or the password in PGPASSWORD or PGPASSFILE`,
  });
  expect((await refusal(cluster.url('records', 'records', ''))).message).toBe(`${where()} need a password; set PGPASSWORD or PGPASSFILE`);
});

test('a login that failed leaves no connection behind', async () => {
  const proxy = await Proxy.before(cluster.port);
  onTestFinished(() => proxy.close());
  await refusal(cluster.url('records', 'records', '', proxy.port));
  await refusal(cluster.url('records', 'records', 'secret', proxy.port));
  await expect.poll(() => proxy.connections, { timeout: 60_000 }).toBe(0);
});

test('a password by PGPASSWORD, and by the file that PGPASSFILE names, is taken', async () => {
  const bare = cluster.url('records', 'records', '');
  await (await open(bare, true, { PGPASSWORD: PASSWORD })).journal.append(RUN, started);
  cluster.write('pgpass', `127.0.0.1:${cluster.port}:records:records:${PASSWORD}\n`);
  const { journal } = await open(bare, true, { PGPASSFILE: join(cluster.folder, 'pgpass') });
  expect((await journal.ledger(RUN)).startedBy).toBe('sam');
});

test('a password that is changed in the file while a run goes on is taken by the next connection', async () => {
  cluster.write('pgpass', `*:*:*:*:${PASSWORD}`);
  const { journal } = await open(cluster.url('records', 'records', ''), true, { PGPASSFILE: join(cluster.folder, 'pgpass') });
  await journal.append(RUN, started);
  await cluster.sql('postgres', `ALTER ROLE records PASSWORD 'another secret'`);
  await endSessions();
  await expect(journal.append(RUN, intent('a'))).rejects.toMatchObject({ message: `${where()} refuse the user or the password` });
  cluster.write('pgpass', '*:*:*:*:another secret');
  await journal.append(RUN, intent('b'));
  expect((await journal.lines(RUN)).map((l) => l.record)).toEqual([started, intent('b')]);
});

test('a database that is not there is refused, and none is made', async () => {
  expect((await refusal(cluster.url('elsewhere', 'records'))).message).toBe(
    `the records in postgres://records@127.0.0.1:${cluster.port}/elsewhere are in no such database; create the database, or mend OFFBOARD_RECORDS`,
  );
});

test('a user without the right to make the schema is refused; with a schema of its own it works', async () => {
  await cluster.sql('postgres', `CREATE ROLE stranger LOGIN PASSWORD '${PASSWORD}'`);
  const stranger = cluster.url('records', 'stranger');
  const mend = 'may not be used by this user; make the user the owner of the database, or of its schema `offboard`';
  expect((await refusal(stranger)).message).toContain(mend);
  await cluster.sql('records', 'CREATE SCHEMA offboard AUTHORIZATION stranger');
  await (await open(stranger)).journal.append(RUN, started);
  // And the other way round: the owner of the database has no right in what is the stranger's.
  expect((await refusal(url)).message).toContain(mend);
  for (const { store } of opened.splice(0)) await store.close();
  await cluster.sql('records', 'DROP OWNED BY stranger; DROP ROLE stranger');
});

test('a server that is read-only is refused at the start; one that becomes so writes nothing, and is gone on with afterwards', async () => {
  const { journal } = await open(url);
  await journal.append(RUN, started);
  await cluster.sql('postgres', 'ALTER DATABASE records SET default_transaction_read_only = on');
  const mend = `${where()} cannot be written: the server is read-only`;
  expect((await refusal(url)).message).toBe(`${mend}; name the primary server, not a replica`);
  expect((await (await open(url, false)).journal.ledger(RUN)).startedBy).toBe('sam');
  await endSessions();
  await expect(journal.append(RUN, intent('a'))).rejects.toMatchObject({ name: 'RecordsUnavailable', message: mend });
  await cluster.sql('postgres', 'ALTER DATABASE records RESET default_transaction_read_only');
  await endSessions();
  await journal.append(RUN, intent('b'));
  expect((await journal.lines(RUN)).map((l) => l.record)).toEqual([started, intent('b')]);
});

test('a schema that a later version made is refused, and stays as it is', async () => {
  await open(url);
  await cluster.sql('records', 'UPDATE offboard.store SET version = 99');
  expect(await refusal(url)).toMatchObject({
    code: 'RecordsNewer',
    message: `${where()} have the schema 99; this program knows 1: use the version of the program that made them, or a later one`,
  });
  expect(await cluster.sql('records', 'SELECT version FROM offboard.store')).toEqual([{ version: 99 }]);
});

test('records that are not there are not made by whoever only reads', async () => {
  expect((await refusal(url, false)).message).toContain(`${where()} are not there; name the database that the worker uses`);
  expect(await cluster.sql('records', `SELECT FROM pg_namespace WHERE nspname = 'offboard'`)).toEqual([]);
});

test('a server with no room for one more connection is told as such', async () => {
  await cluster.sql('postgres', 'ALTER ROLE records CONNECTION LIMIT 0');
  expect((await refusal(url)).message).toBe(
    `${where()} are on a server that has no room for more; raise its limits, such as max_connections`,
  );
});

test('an answer means that it is on disk, whatever the settings of the server, the database or the user say', async () => {
  await open(url);
  await cluster.sql('postgres', 'ALTER DATABASE records SET synchronous_commit = off; ALTER ROLE records SET synchronous_commit = off');
  await cluster.sql('postgres', `ALTER DATABASE records SET default_transaction_isolation = 'serializable'`);
  await cluster.sql(
    'records',
    `CREATE TABLE public.seen (by text, setting text, isolation text);
     CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
       INSERT INTO public.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'), current_setting('transaction_isolation')); RETURN NULL; END $$;
     CREATE TRIGGER see AFTER INSERT ON offboard.lines EXECUTE FUNCTION public.see();
     CREATE TRIGGER see AFTER INSERT ON offboard.artifacts EXECUTE FUNCTION public.see()`,
  );
  const { journal, artifacts } = await open(url);
  await journal.append(RUN, started);
  await artifacts.put(RUN, { any: 'plan' });
  const settings = { setting: 'on', isolation: 'read committed' };
  expect(await cluster.sql('records', 'SELECT * FROM public.seen ORDER BY by')).toEqual([
    { by: 'artifacts', ...settings },
    { by: 'lines', ...settings },
  ]);
});

test('TLS with the right authority is used; with another one, or for another name, the server is not trusted', async () => {
  const tls = (ca: string, port = cluster.port) =>
    `${cluster.url('records', 'records', PASSWORD, port)}?sslmode=verify-full&sslrootcert=${ca}`;
  const { journal } = await open(tls(right.ca));
  await journal.append(RUN, started);
  expect(
    await cluster.sql('records', `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'records'`),
  ).toEqual([{ ssl: true }]);
  expect((await refusal(tls(wrong.ca))).message).toMatch(
    /are on a server that is not trusted \(.*\); name the authority of its certificate by sslrootcert/,
  );
  expect((await refusal(tls(right.ca).replace('127.0.0.1', 'localhost'))).message).toMatch(/not trusted \(.*localhost.*\)/);
  expect((await refusal(`${url}?sslmode=verify-full`)).message).toMatch(/not trusted/);
});

test('a worker ends with the sentence and its own exit code', async () => {
  const policy = join(right.folder, 'policy.yaml');
  writeFileSync(policy, stringify({ identity: 'asserted', approvers: ['riley'] }));
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: suite('temporalAddress'),
    OFFBOARD_HOME: join(right.folder, 'home'),
    OFFBOARD_POLICY: policy,
    OFFBOARD_RECORDS: cluster.url('records', 'records', 'secret'),
  };
  const ended = await promisify(execFile)(process.execPath, ['worker/main.ts'], { env }).catch((error: unknown) => error);
  expect(ended).toMatchObject({
    code: EXIT_CODES.NoRecords,
    stderr: expect.stringContaining(`${where()} refuse the user or the password; mend`) as string,
  });
});
