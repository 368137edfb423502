import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import { PostgresStore } from '../../../activities/records/postgres/store.ts';
import { RecordsUnavailable } from '../../../activities/records/store.ts';
import { intent, removed, RING, RUN, started } from '../../activities/records/contract.ts';
import { Cluster } from '../../../scripts/postgres/cluster.ts';
import { Proxy, type Fate } from './proxy.ts';

let cluster: Cluster;
let proxy: Proxy;
beforeAll(async () => {
  cluster = await Cluster.start();
  proxy = await Proxy.before(cluster.port);
});
afterAll(async () => {
  await proxy.close();
  await cluster.remove();
});

let databases = 0;
let name: string;
const opened: Records[] = [];
beforeEach(async () => {
  name = `records_${databases++}`;
  await cluster.database(name);
});
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close();
});

function open(port = cluster.port): Records {
  const records = recordsIn(new PostgresStore(cluster.url(name, name, undefined, port), RING, { create: true }), RING);
  opened.push(records);
  return records;
}
const items = async (run = RUN) => (await open().journal.lines(run)).map(({ record: r }) => (r.type === 'intent' ? r.item : r.type));

test.each<Fate>(['arrives', 'arrives late', 'never arrives'])(
  'a connection is lost right after COMMIT was sent, which %s: the append is there once, and the process knows where',
  async (fate) => {
    const { journal } = open(proxy.port);
    await journal.append(RUN, started);
    await journal.append('other', started);
    await journal.ledger(RUN);
    const cuts = proxy.cuts;
    proxy.cutAtCommit(fate);
    // Two runs in one commit, with more than one append of one of them.
    await Promise.all([
      journal.append(RUN, intent('a'), removed('a')),
      journal.append('other', intent('b')),
      journal.append(RUN, intent('c')),
    ]);
    expect(proxy.cuts).toBe(cuts + 1);
    expect(await items()).toEqual(['run-started', 'a', 'outcome', 'c']);
    expect(await items('other')).toEqual(['run-started', 'b']);
    expect([...(await journal.ledger(RUN)).openIntents]).toEqual(['c']);
    await journal.append(RUN, removed('c'));
    expect((await open().journal.lines(RUN)).map((l) => l.seq)).toEqual([1, 2, 3, 4, 5]);
  },
);

test.each<Fate>(['arrives', 'arrives late', 'never arrives'])(
  'a run whose very first commit is cut, which %s, begins once, in one place',
  async (fate) => {
    const { journal } = open(proxy.port);
    await journal.runs();
    proxy.cutAtCommit(fate);
    await journal.append(RUN, started);
    await open().journal.append('second', started);
    expect(await items()).toEqual(['run-started']);
    expect(await journal.runs()).toEqual(['second', RUN]);
  },
);

test('a server that is stopped is told as not reached; started again, it is gone on with, and nothing that was answered is lost', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  await cluster.down();
  const refusal = (await journal.append(RUN, intent('a')).catch((error: unknown) => error)) as RecordsUnavailable;
  expect(refusal).toBeInstanceOf(RecordsUnavailable);
  expect(refusal.message).toMatch(
    new RegExp(`^the records in postgres://${name}@127.0.0.1:${cluster.port}/${name} cannot be reached \\(connect ECONNREFUSED`),
  );
  expect(refusal.mend).toContain('see that the server runs');
  await expect(journal.ledger(RUN)).rejects.toBeInstanceOf(RecordsUnavailable);
  await cluster.up();
  await journal.append(RUN, intent('b'));
  expect(await items()).toEqual(['run-started', 'b']);
});

test('a server that is away for less than a few seconds is waited for', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  await cluster.down();
  const waiting = journal.append(RUN, intent('a'));
  await sleep(300);
  await cluster.up();
  await waiting;
  expect(await items()).toEqual(['run-started', 'a']);
});

test('a server that crashes while two workers write loses nothing that was answered, and writes nothing twice', async () => {
  const writers = [open(), open()];
  const answered: string[] = [];
  let going = true;
  const write = async ({ journal }: Records, w: number) => {
    for (let i = 0; going; i++) {
      await journal.append(RUN, intent(`${w} ${i}`));
      answered.push(`${w} ${i}`);
    }
  };
  const writing = Promise.all(writers.map(write));
  for (let crash = 0; crash < 3; crash++) {
    const before = answered.length;
    await expect.poll(() => answered.length, { timeout: 60_000 }).toBeGreaterThan(before + 5);
    await cluster.down({ crash: true });
    await cluster.up();
  }
  going = false;
  await writing;
  const lines = await items();
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines.toSorted()).toEqual(answered.toSorted());
  for (const w of ['0 ', '1 ']) expect(lines.filter((l) => l.startsWith(w))).toEqual(answered.filter((a) => a.startsWith(w)));
});

test('a machine that vanishes in the middle of an append holds up the others for some ten seconds, not for hours', async () => {
  const { journal } = open();
  await journal.append(RUN, started);
  const vanishing = open(proxy.port);
  await vanishing.journal.ledger(RUN);
  proxy.freezeAtLock();
  const lost = vanishing.journal.append(RUN, intent('never')).catch(() => undefined);
  await expect.poll(() => waitingSessions(), { timeout: 60_000 }).toBe(1);
  await journal.append(RUN, intent('a'));
  expect(await items()).toEqual(['run-started', 'a']);
  proxy.cutAll();
  await lost;
});

/** Sessions that hold a transaction open and do nothing. */
async function waitingSessions(): Promise<number> {
  return (await cluster.sql(name, `SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = '${name}'`)).length;
}
