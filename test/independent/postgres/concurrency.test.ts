import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import { PostgresStore } from '../../../activities/records/postgres/store.ts';
import { intent, RING, RUN, started } from '../../activities/records/contract.ts';
import { Cluster } from '../../../scripts/postgres/cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
  await cluster.database('records');
});
afterAll(() => cluster.remove());

const opened: Records[] = [];
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close();
  await cluster.sql('records', 'DROP SCHEMA offboard CASCADE');
});

function open(): Records {
  const records = recordsIn(new PostgresStore(cluster.url('records', 'records'), RING, { create: true }), RING);
  opened.push(records);
  return records;
}

test('workers that begin many runs at once, some of them the same, give each one place, without gaps', async () => {
  const workers = [open(), open(), open()];
  const runs = Array.from({ length: 20 }, (_, i) => `run ${i}`);
  // Also from a database that has nothing yet: each of them would make the schema.
  await Promise.all(
    workers.flatMap(({ journal }, w) =>
      [...runs, `only ${w}`, `only ${w} too`].toSorted(() => (w === 1 ? -1 : 1)).map((run) => journal.append(run, started, intent(`${w}`))),
    ),
  );
  const places = await cluster.sql<{ place: number }>('records', 'SELECT place FROM offboard.runs ORDER BY place');
  expect(places.map((r) => r.place)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
  for (const run of runs) {
    const lines = await open().journal.lines(run);
    expect(lines.map((l) => l.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    // Each worker's two records stand together.
    expect(lines.map((l) => l.record.type)).toEqual(Array.from({ length: 3 }, () => ['run-started', 'intent']).flat());
  }
});

test('an artifact that a run begins to use while the last run that used it is removed is kept', async () => {
  const { artifacts, journal, store } = open();
  const address = await artifacts.put('old', { a: 'snapshot' });
  await journal.append('old', started);
  // Another worker's note, not committed yet.
  await using other = await transaction(`INSERT INTO offboard.uses (run, address) VALUES ('${RUN}', '${address}')`);
  const removing = store.remove('old');
  await Promise.race([removing, sleep(500)]);
  await other.commit();
  await removing;
  expect(await artifacts.get(address)).toEqual({ a: 'snapshot' });
  expect(await journal.runs()).toEqual([]);
});

test('an artifact that is stored while the last run that used it is being removed is there afterwards', async () => {
  const { artifacts, store } = open();
  const address = await artifacts.put('old', { a: 'snapshot' });
  // As the removal does it, not committed yet.
  await using other = await transaction(
    'LOCK TABLE offboard.uses IN SHARE ROW EXCLUSIVE MODE; DELETE FROM offboard.artifacts; DELETE FROM offboard.uses',
  );
  const putting = artifacts.put(RUN, { a: 'snapshot' });
  await Promise.race([putting, sleep(500)]);
  await other.commit();
  expect(await putting).toBe(address);
  expect(await artifacts.get(address)).toEqual({ a: 'snapshot' });
  expect(await store.uses('another', address)).toBe(true);
});

/** A session of somebody else, in the middle of a transaction. */
async function transaction(sql: string): Promise<AsyncDisposable & { commit(): Promise<unknown> }> {
  const client = new pg.Client(cluster.url('records'));
  await client.connect();
  await client.query(`BEGIN; ${sql}`);
  return { commit: () => client.query('COMMIT'), [Symbol.asyncDispose]: () => client.end() };
}
