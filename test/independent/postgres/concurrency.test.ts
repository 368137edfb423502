import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import { PostgresStore } from '../../../activities/records/postgres/store.ts';
import { intent, RING, RUN, started } from '../../activities/records/contract.ts';
import { Cluster } from './cluster.ts';

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

test('an artifact that a run begins to use while the last run that used it is removed is not lost', async () => {
  const [one, two] = [open(), open()];
  for (let i = 0; i < 30; i++) {
    const value = { snapshot: i };
    await one.artifacts.put('old', value);
    await one.journal.append('old', started);
    const [address] = await Promise.all([two.artifacts.put(RUN, value), one.store.remove('old')]);
    expect(await two.artifacts.get(address)).toEqual(value);
  }
});
