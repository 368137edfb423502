import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsHead, troubleOf } from '../../../activities/records/head.ts';
import { openRecords, recordsIn, type Records } from '../../../activities/records/open.ts';
import { PostgresStore } from '../../../activities/records/postgres/store.ts';
import { intent, removed, RING, RUN, started } from '../../activities/records/contract.ts';
import { Cluster, REPLICATOR } from '../../../scripts/postgres/cluster.ts';

/** A primary server with a replica that is behind it when the primary is lost. */

let primary: Cluster;
let replica: Cluster;
const opened: Records[] = [];
beforeAll(async () => {
  primary = await Cluster.start();
  await primary.database('records');
});
afterAll(async () => {
  for (const { store } of opened) await store.close();
  await replica.remove();
  await primary.remove();
});

function open(cluster: Cluster, create = true): Records {
  const records = recordsIn(new PostgresStore(cluster.url('records', 'records'), RING, { create }), RING);
  opened.push(records);
  return records;
}

test('a failover to a replica that lacks the last second: the lost records are noticed, and what is written goes on from the new head', async () => {
  const worker = open(primary);
  await worker.journal.append(RUN, started, intent('a'));
  replica = await primary.replica();

  // A replica is no place for a worker; whoever only reads may.
  await expect(openRecords({ OFFBOARD_RECORDS: replica.url('records', 'records') }, RING, { create: true })).rejects.toThrow(
    'cannot be written: the server is read-only; name the primary server, not a replica',
  );
  await worker.journal.append(RUN, removed('a'));
  await expect.poll(async () => (await open(replica, false).journal.head(RUN)).seq, { timeout: 60_000 }).toBe(3);

  // From here on the replica gets nothing more, and the primary answers what nobody else has.
  await primary.sql('postgres', `ALTER ROLE ${REPLICATOR} NOREPLICATION`);
  await endReplication();
  await worker.journal.append(RUN, intent('b'), removed('b'), intent('c'));
  const left = await recordsHead(worker.journal, RUN);
  expect(left.seq).toBe(6);
  expect([...(await worker.journal.ledger(RUN)).openIntents]).toEqual(['c']);

  // The replica takes the primary's place, at its address.
  await primary.down({ crash: true });
  await replica.sql('postgres', 'SELECT pg_promote()');
  await replica.down();
  replica.port = primary.port;
  await replica.up();

  const trouble = await troubleOf(worker.journal, RUN, left);
  expect(trouble).toMatchObject({
    what: 'the records end with number 3, the run had written 6: an older copy was put back, or what was written last was lost',
    expected: { seq: 6 },
    found: { seq: 3 },
  });
  const ledger = await worker.journal.ledger(RUN);
  expect([...ledger.openIntents]).toEqual([]);
  expect([...ledger.outcomes.keys()]).toEqual(['a']);

  // Written on from there, it is told as another way that was gone, also when it is as long again.
  await worker.journal.append(RUN, intent('d'), intent('e'), intent('f'));
  expect((await worker.journal.head(RUN)).seq).toBe(6);
  expect(await troubleOf(worker.journal, RUN, left)).toMatchObject({
    what: expect.stringContaining('two copies went on from one') as string,
  });
  expect([...(await worker.journal.ledger(RUN)).openIntents]).toEqual(['d', 'e', 'f']);
  expect((await open(replica).journal.lines(RUN)).map((l) => l.seq)).toEqual([1, 2, 3, 4, 5, 6]);
});

/** Ends the stream; the user that it needs may open no other. */
async function endReplication(): Promise<void> {
  await expect
    .poll(() => primary.sql('postgres', 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication'), { timeout: 60_000 })
    .toEqual([]);
}
