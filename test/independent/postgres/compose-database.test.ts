import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openRecords } from '../../../activities/records/open.ts';
import { RING, RUN, started } from '../../activities/records/contract.ts';
import { bash } from '../shell.ts';
import { postgresPrograms } from '../../../scripts/postgres/binaries.ts';
import { Cluster, PASSWORD } from '../../../scripts/postgres/cluster.ts';

/** What docker-compose.yml runs to make the worker's database, run on a server without Docker. */

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
  await cluster.sql('postgres', `CREATE ROLE temporal SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
  await cluster.sql('postgres', 'CREATE DATABASE temporal OWNER temporal');
});
afterAll(() => cluster.remove());

async function made(password: string) {
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: { 'records-database': { command: [string]; environment: Record<string, string> } };
  };
  const { command, environment } = services['records-database'];
  const programs = await postgresPrograms(() => undefined);
  return await bash(command[0].replaceAll('$$', '$'), {
    ...environment,
    PATH: `${programs}:${dirname(process.execPath)}:/usr/bin:/bin`,
    PGHOST: '127.0.0.1',
    PGPORT: `${cluster.port}`,
    PGPASSWORD: PASSWORD,
    OFFBOARD_RECORDS_PASSWORD: password,
  });
}

test('the database of the records is made, also beside one of Temporal that is there already; again, it only sets the password', async () => {
  expect(await made("it's \\ one")).toEqual({ code: 0, out: '', err: '' });
  const open = (password: string) =>
    openRecords({ OFFBOARD_RECORDS: cluster.url('offboard', 'offboard', ''), PGPASSWORD: password }, RING, { create: true });
  const first = await open("it's \\ one");
  await first.journal.append(RUN, started);
  await first.store.close();
  expect(await made('another')).toEqual({ code: 0, out: '', err: '' });
  await expect(open("it's \\ one")).rejects.toThrow('refuse the user or the password');
  const second = await open('another');
  expect((await second.journal.ledger(RUN)).startedBy).toBe('sam');
  await second.store.close();
});

test('nobody but its user and the administrator gets into the database', async () => {
  await made('another');
  await cluster.sql('postgres', `CREATE ROLE stranger LOGIN PASSWORD '${PASSWORD}'`);
  const opening = openRecords({ OFFBOARD_RECORDS: cluster.url('offboard', 'stranger') }, RING, { create: true });
  await expect(opening).rejects.toThrow('may not be used by this user');
});

test('what cannot be made is told by its exit code', async () => {
  await cluster.sql('postgres', 'ALTER ROLE temporal NOSUPERUSER NOCREATEROLE');
  expect(await made('another')).toMatchObject({ code: 3, err: expect.stringContaining('permission denied') as string });
  await cluster.sql('postgres', 'ALTER ROLE temporal SUPERUSER');
});
