import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecords, recordsIn, type Records } from '../../../activities/records/open.ts';
import { refuseNetwork } from '../../../activities/records/sqlite/database.ts';
import { SqliteStore } from '../../../activities/records/sqlite/store.ts';
import { intent, recordsContract, RING, RUN, started, type TestDatabase } from './contract.ts';

let folder: string;
let file: string;
const opened: Records[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-records-'));
  file = join(folder, 'records.sqlite');
});
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true });
});

const open = (create = true): Records => {
  const records = recordsIn(new SqliteStore(file, RING, { create }), RING);
  opened.push(records);
  return records;
};

recordsContract('SQLite', async (): Promise<TestDatabase> => {
  const own = mkdtempSync(join(tmpdir(), 'offboard-records-'));
  const at = join(own, 'records.sqlite');
  return await Promise.resolve({
    store: () => new SqliteStore(at, RING, { create: true }),
    sql(text) {
      const db = new DatabaseSync(at);
      db.exec(text);
      db.close();
      return Promise.resolve();
    },
    raw: () => Promise.resolve(Buffer.concat(readdirSync(own).map((name) => readFileSync(join(own, name))))),
    drop: () => Promise.resolve(rmSync(own, { recursive: true })),
  });
});

test('a backup that cannot be written says so of the backup, not of the records', async () => {
  const { journal, store } = open();
  await journal.append(RUN, started);
  const copy = (store as SqliteStore).ask('backup', join(folder, 'none', 'copy.sqlite'));
  await expect(copy).rejects.toMatchObject({
    code: 'UnreadableFile',
    message: expect.stringMatching(/^FILE: cannot be opened; name a new file/) as string,
  });
  await (store as SqliteStore).ask('backup', join(folder, 'copy.sqlite'));
  expect(existsSync(join(folder, 'copy.sqlite'))).toBe(true);
});

test('only its owner may read the file', async () => {
  await open().journal.append(RUN, started);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that vanishes is told, nothing is written, and no empty one is made in its place; put back, it goes on', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  const away = join(folder, 'away');
  mkdirSync(away);
  for (const name of ['records.sqlite', 'records.sqlite-wal'])
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(away, name));
  const gone = { name: 'RecordsUnavailable', message: `the records in ${file} are not there` };
  await expect(journal.append(RUN, intent('a'))).rejects.toMatchObject(gone);
  await expect(journal.ledger(RUN)).rejects.toMatchObject(gone);
  expect(existsSync(file)).toBe(false);
  for (const name of readdirSync(away)) renameSync(join(away, name), join(folder, name));
  await journal.append(RUN, intent('a'));
  expect((await journal.lines(RUN)).map((l) => l.record)).toEqual([started, intent('a')]);
});

test('a copy that is put in the place of the file is read from then on', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  await open().store.close();
  const copy = join(folder, 'copy');
  const db = new DatabaseSync(file);
  db.prepare('VACUUM INTO ?').run(copy);
  db.close();
  await journal.append(RUN, intent('a'));
  const head = await journal.head(RUN);
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
  renameSync(copy, file);
  expect((await journal.head(RUN)).seq).toBe(head.seq - 1);
  expect([...(await journal.ledger(RUN)).openIntents]).toEqual([]);
});

test('a file that another process holds locked is waited for and then told', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const waiting = journal.append(RUN, intent('a'));
  // The event loop goes on meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 50));
  other.exec('COMMIT');
  other.close();
  await waiting;
  expect(await journal.head(RUN)).toMatchObject({ seq: 2 });
});

test('a file that is no database, and one that a later version made, are refused with the mend', async () => {
  writeFileSync(file, 'no database at all, but long enough to be looked at as one'.repeat(20));
  await expect(open().store.identity()).rejects.toMatchObject({
    name: 'RecordsUnavailable',
    message: `the records in ${file} are not an SQLite database`,
  });
  rmSync(file);
  await open().store.identity();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 99');
  db.close();
  await expect(open().store.identity()).rejects.toMatchObject({
    code: 'RecordsNewer',
    message: expect.stringContaining('have the schema 99; this program knows 1') as string,
  });
});

test('records that are not there are not made by whoever only reads', async () => {
  await expect(open(false).store.identity()).rejects.toMatchObject({
    name: 'RecordsUnavailable',
    message: `the records in ${file} are not there`,
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('two processes that make the file at once make one', async () => {
  const [a, b] = await Promise.all([open().store.identity(), open().store.identity()]);
  expect(a).toBe(b);
});

test('a network file system is refused where it can be told', () => {
  expect(() => refuseNetwork(file, () => 0x6969)).toThrow(/NFS.*OFFBOARD_RECORDS/);
  expect(() => refuseNetwork(file, () => 0xef53)).not.toThrow();
});

test('the engine is chosen by OFFBOARD_RECORDS; what is no address of a database is refused by name', async () => {
  const records = await openRecords({ OFFBOARD_HOME: folder }, RING, { create: true });
  expect(records.store.where).toBe(file);
  await records.store.close();
  await expect(openRecords({ OFFBOARD_HOME: folder, OFFBOARD_RECORDS: 'mysql://x' }, RING)).rejects.toThrow(
    'OFFBOARD_RECORDS: begins neither with postgres://',
  );
});
