import { setTimeout as sleep } from 'node:timers/promises';
import { createSecretKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import type { Store } from '../../../activities/records/store.ts';
import { canonical, fingerprint, sha256 } from '../../../model/canonical.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import type { KeyRing } from '../../../security/keys.ts';

/** What records promise, whichever engine keeps them. */

export const RING: KeyRing = { current: 'a', keys: new Map([['a', createSecretKey(Buffer.alloc(32, 7))]]) };
export const RUN = 'offboarding-contoso_1';

export const started: JournalRecord = {
  type: 'run-started',
  workflowId: 'offboarding-contoso',
  startedBy: 'sam',
  manifestHash: 'aa',
  tenantId: 'contoso-tenant',
};
export const intent = (item: string): JournalRecord => ({ type: 'intent', item, planHash: 'ff', phase: 'permissions' });
export const removed = (item: string): JournalRecord => ({
  type: 'outcome',
  phase: 'permissions',
  outcome: { item, outcome: 'removed', reason: 'read back: not found' },
});
export const PLAN = { tenant: 'contoso', items: ['aws-role:arn:aws:iam::111122223333:role/contoso-oidc'] };

/** A database of its own, as one engine keeps it. */
export interface TestDatabase {
  /** Opens it; each time as another process would. */
  store(): Store;
  /** Runs SQL on its tables, past the program; `lines`, `runs`, `artifacts` stand for its tables. */
  sql(text: string): Promise<void>;
  /** All that it keeps, as it lies there. */
  raw(): Promise<Buffer>;
  drop(): Promise<void>;
}

export function recordsContract(engine: string, create: () => Promise<TestDatabase>): void {
  describe(engine, () => {
    let database: TestDatabase;
    let records: Records;
    let opened: Records[] = [];
    const open = (): Records => {
      const others = recordsIn(database.store(), RING);
      opened.push(others);
      return others;
    };
    beforeEach(async () => {
      database = await create();
      records = open();
    });
    afterEach(async () => {
      for (const { store } of opened) await store.close();
      opened = [];
      await database.drop();
    });
    const items = async (run = RUN) => (await open().journal.lines(run)).map(({ record: r }) => (r.type === 'intent' ? r.item : r.type));

    test('lines come back in order, counted from 1, each with the hash of the line before', async () => {
      await records.journal.append(RUN, started, intent('a'));
      await records.journal.append(RUN, removed('a'));
      const lines = await open().journal.lines(RUN);
      expect(lines.map((l) => l.record)).toEqual([started, intent('a'), removed('a')]);
      expect(lines.map((l) => l.seq)).toEqual([1, 2, 3]);
      expect(lines[0]?.previous).toBe('0'.repeat(64));
      expect(lines[1]?.previous).toBe(sha256(canonical(lines[0])));
      expect(lines[2]?.previous).toBe(sha256(canonical(lines[1])));
      expect(await records.journal.head(RUN)).toEqual({ seq: 3, hash: sha256(canonical(lines[2])) });
    });

    test('what several processes append at once is put in one order, without gaps, each in its own order, none lost', async () => {
      const writers = [records, open(), open()];
      await Promise.all(
        writers.flatMap(({ journal }, w) =>
          Array.from({ length: 15 }, (_, i) => journal.append(RUN, intent(`${w} ${i}`), intent(`${w} ${i} too`))),
        ),
      );
      const lines = await open().journal.lines(RUN);
      expect(lines.map((l) => l.seq)).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
      const told = await items();
      for (const w of [0, 1, 2])
        expect(told.filter((t) => t.startsWith(`${w} `))).toEqual(
          Array.from({ length: 15 }, (_, i) => [`${w} ${i}`, `${w} ${i} too`]).flat(),
        );
    });

    test('two processes that begin runs at once, and write to the same runs in other orders, do not wait for each other', async () => {
      const others = open();
      const runs = Array.from({ length: 10 }, (_, i) => `run ${i}`);
      await Promise.all([
        ...runs.map((run) => records.journal.append(run, started)),
        ...runs.toReversed().map((run) => others.journal.append(run, intent('a'))),
      ]);
      for (const run of runs) expect(await records.journal.lines(run)).toHaveLength(2);
      expect((await records.journal.runs()).toSorted()).toEqual(runs);
    });

    test('a clock that is set back changes no order', async () => {
      await records.journal.append(RUN, started);
      await database.sql(`UPDATE lines SET key = key`);
      const now = Date.now;
      Date.now = () => now() - 60_000;
      try {
        await records.journal.append(RUN, intent('a'));
      } finally {
        Date.now = now;
      }
      expect(await items()).toEqual(['run-started', 'a']);
    });

    test('the ledger takes in what this process and others append', async () => {
      const others = open();
      await records.journal.append(RUN, started, intent('a'), intent('b'), removed('a'));
      const ledger = await records.journal.ledger(RUN);
      expect([ledger.startedBy, ...ledger.openIntents]).toEqual(['sam', 'b']);
      await others.journal.append(RUN, removed('b'));
      expect([...(await records.journal.ledger(RUN)).openIntents]).toEqual([]);
      await records.journal.append(RUN, intent('c'));
      expect([...ledger.openIntents]).toEqual(['c']);
      await others.journal.append(RUN, intent('d'));
      await records.journal.append(RUN, intent('e'));
      expect([...(await records.journal.ledger(RUN)).openIntents]).toEqual(['c', 'd', 'e']);
      expect([...(await others.journal.ledger(RUN)).openIntents]).toEqual(['c', 'd', 'e']);
    });

    test('a ledger that somebody holds takes in what this process appends, also right after another process wrote', async () => {
      await records.journal.append(RUN, started);
      const held = await records.journal.ledger(RUN);
      await open().journal.append(RUN, intent('b'));
      await records.journal.append(RUN, intent('a'));
      expect([...held.openIntents]).toEqual(['b', 'a']);
    });

    test('a ledger that is read while it is appended to takes in each record once, and none is taken for missing', async () => {
      await records.journal.append(RUN, started);
      const collector = (n: number): JournalRecord => ({ type: 'collector', collector: `c${n}`, event: 'ready', deletionId: `${n}` });
      let reading = true;
      const reads = (async () => {
        while (reading) await records.journal.ledger(RUN);
      })();
      await Promise.all(Array.from({ length: 60 }, (_, n) => records.journal.append(RUN, collector(n))));
      reading = false;
      await reads;
      expect((await records.journal.ledger(RUN)).deletions.size).toBe(60);
    });

    test('nothing that was written can be read in the database', async () => {
      await records.journal.append(RUN, started, intent('aws-role'));
      await records.artifacts.put(RUN, PLAN);
      const raw = (await database.raw()).toString('latin1');
      expect(raw).toContain(RUN);
      for (const word of ['contoso-tenant', 'run-started', 'sam', 'aws-role', '111122223333']) expect(raw).not.toContain(word);
    });

    test.each([
      [
        'changed',
        `UPDATE lines SET body = (SELECT body FROM lines WHERE seq = 3) WHERE seq = 2`,
        'record 2 (it was changed after it was written)',
      ],
      ['removed from the beginning', 'DELETE FROM lines WHERE seq = 1', 'record 1 (it is missing)'],
      ['removed from the middle', 'DELETE FROM lines WHERE seq = 3', 'record 3 (it is missing)'],
      ['given another hash', `UPDATE lines SET hash = 'ab' WHERE seq = 2`, 'record 2 (it does not follow the line before)'],
    ])('a line that was %s is told as damage of its run, which it alone stops', async (_, change, words) => {
      await records.journal.append(RUN, started, intent('a'), removed('a'), intent('b'));
      await records.journal.append('other', started);
      await database.sql(`${change} AND run = '${RUN}'`);
      const damage = { name: 'RecordsDamaged', message: `${words} of ${RUN} is damaged` };
      await expect(open().journal.lines(RUN)).rejects.toMatchObject(damage);
      await expect(open().journal.ledger(RUN)).rejects.toMatchObject(damage);
      expect((await open().journal.ledger('other')).startedBy).toBe('sam');
    });

    test('a last line that was cut off is told, too: the head says that it was there', async () => {
      await records.journal.append(RUN, started, intent('a'));
      await database.sql(`DELETE FROM lines WHERE seq = 2 AND run = '${RUN}'`);
      const damage = { name: 'RecordsDamaged', message: `record 2 (it is missing) of ${RUN} is damaged` };
      await expect(open().journal.lines(RUN)).rejects.toMatchObject(damage);
      await expect(open().journal.ledger(RUN)).rejects.toMatchObject(damage);
      await expect(records.journal.append(RUN, intent('b')).then(() => open().journal.lines(RUN))).rejects.toMatchObject(damage);
    });

    test('a line of another run does not pass for one of this', async () => {
      await records.journal.append(RUN, started);
      await records.journal.append('other', started);
      await database.sql(
        `UPDATE lines SET body = (SELECT body FROM lines WHERE run = 'other'), hash = (SELECT hash FROM lines WHERE run = 'other') WHERE run = '${RUN}'`,
      );
      await expect(open().journal.lines(RUN)).rejects.toThrow('record 1 (it was changed after it was written)');
    });

    test('a process that has folded a run folds it anew when other records lie there', async () => {
      await records.journal.append(RUN, started, intent('a'));
      expect([...(await records.journal.ledger(RUN)).openIntents]).toEqual(['a']);
      await records.store.remove(RUN);
      expect((await records.journal.ledger(RUN)).startedBy).toBeUndefined();
      await records.journal.append(RUN, started, intent('b'), intent('c'));
      expect([...(await records.journal.ledger(RUN)).openIntents]).toEqual(['b', 'c']);
    });

    test('a run nobody wrote of has no lines and no head; runs are told newest first', async () => {
      expect(await records.journal.lines('unknown')).toEqual([]);
      expect(await records.journal.head('unknown')).toEqual({ seq: 0, hash: '0'.repeat(64) });
      await records.journal.append('first', started);
      await sleep(2);
      await records.journal.append('second', started);
      await records.journal.append('first', intent('a'));
      expect(await records.journal.runs()).toEqual(['second', 'first']);
    });

    test('who asks at once for what stands now shares one reading; who asks after another process wrote has that, too', async () => {
      await records.journal.append(RUN, started);
      const others = open();
      const read = vi.spyOn(records.store, 'tail');
      const under = Array.from({ length: 20 }, () => records.journal.ledger(RUN));
      await others.journal.append(RUN, intent('a'));
      const after = Array.from({ length: 20 }, () => records.journal.ledger(RUN));
      await Promise.all(under);
      for (const ledger of await Promise.all(after)) expect([...ledger.begun]).toEqual(['a']);
      expect(read.mock.calls.length).toBeLessThan(5);
    });

    test('a reading that fails fails for those who wait for it, and for nobody after them', async () => {
      await records.journal.append(RUN, started);
      vi.spyOn(records.store, 'tail').mockRejectedValueOnce(new Error('away'));
      const both = await Promise.allSettled([records.journal.ledger(RUN), records.journal.ledger(RUN)]);
      expect(both.map((r) => r.status)).toEqual(['rejected', 'rejected']);
      expect((await records.journal.ledger(RUN)).startedBy).toBe('sam');
    });

    test('the database has one identity, whoever opens it', async () => {
      const identity = await records.store.identity();
      expect(identity).toMatch(/^[0-9a-f-]{36}$/);
      expect(await open().store.identity()).toBe(identity);
    });

    test('the address of an artifact is the SHA-256 of its canonical JSON; the same value is stored once', async () => {
      const address = await records.artifacts.put(RUN, PLAN);
      expect(address).toBe(fingerprint(PLAN));
      const all = await Promise.all(Array.from({ length: 6 }, () => open().artifacts.put(RUN, { items: PLAN.items, tenant: PLAN.tenant })));
      expect(new Set(all)).toEqual(new Set([address]));
      expect(await open().artifacts.get(address)).toEqual(PLAN);
      expect(await records.artifacts.put(RUN, { ...PLAN, tenant: 'fabrikam' })).not.toBe(address);
    });

    test('an artifact that was changed, put in the place of another, or is not there, is refused by name', async () => {
      const address = await records.artifacts.put(RUN, PLAN);
      const other = await records.artifacts.put(RUN, { ...PLAN, items: [] });
      await database.sql(
        `UPDATE artifacts SET body = (SELECT body FROM artifacts WHERE address = '${other}') WHERE address = '${address}'`,
      );
      await expect(records.artifacts.get(address)).rejects.toThrow(`artifact ${address} (it was changed after it was written)`);
      await expect(records.artifacts.get(fingerprint('never stored'))).rejects.toThrow('it is missing');
    });

    test('lines and artifacts come in pieces, in one order; what a run uses and is not there is told', async () => {
      await records.journal.append(RUN, started, intent('a'), intent('b'));
      const { head, lines } = await records.store.tail(RUN, 1, 1);
      expect([head.seq, lines.map((l) => l.seq)]).toEqual([3, [2]]);
      expect((await records.store.tail('unknown', 0, 1)).lines).toEqual([]);
      const mine = await Promise.all([1, 2, 3].map((n) => records.artifacts.put(RUN, { n })));
      const [first = '', second = '', third = ''] = mine.toSorted();
      await records.artifacts.put('other', { n: 2 });
      expect(await records.store.count()).toBe(3);
      expect(await records.store.addresses('', 2)).toEqual([first, second]);
      expect(await records.store.addresses(second, 2)).toEqual([third]);
      await database.sql(`DELETE FROM artifacts WHERE address = '${mine[1]}'`);
      expect(await records.store.missing([first, second, third])).toEqual([mine[1]]);
      expect(await records.store.missing([])).toEqual([]);
      const use = (run: string, address: string) => ({ run, address, there: address !== mine[1] });
      expect(await records.store.usesAfter('', '', 2)).toEqual([use(RUN, first), use(RUN, second)]);
      expect(await records.store.usesAfter(RUN, second, 9)).toEqual([use(RUN, third), use('other', mine[1] ?? '')]);
    });

    test('a whole run is read a piece at a time, also when it is damaged', async () => {
      await records.journal.append(RUN, ...Array.from({ length: 4_001 }, (_, n) => intent(`${n}`)));
      const read = async () => (await Array.fromAsync(open().journal.each(RUN))).length;
      expect(await read()).toBe(4_001);
      await database.sql(`DELETE FROM lines WHERE seq = 4001 AND run = '${RUN}'`);
      await expect(read()).rejects.toThrow('record 4001 (it is missing)');
    });

    test('with a run go its lines and the artifacts that no other run uses', async () => {
      await records.journal.append(RUN, started);
      await records.journal.append('other', started);
      const mine = await records.artifacts.put(RUN, PLAN);
      const both = await records.artifacts.put(RUN, { shared: true });
      expect(await records.artifacts.put('other', { shared: true })).toBe(both);
      await records.store.remove(RUN);
      expect(await records.journal.runs()).toEqual(['other']);
      expect(await records.journal.lines(RUN)).toEqual([]);
      await expect(records.artifacts.get(mine)).rejects.toThrow('it is missing');
      expect(await records.artifacts.get(both)).toEqual({ shared: true });
    });

    test('records of a key that is not here are no damage: the key is named', async () => {
      await records.journal.append(RUN, started);
      const stranger = recordsIn(database.store(), { current: 'b', keys: new Map([['b', createSecretKey(Buffer.alloc(32, 8))]]) });
      opened.push(stranger);
      await expect(stranger.journal.lines(RUN)).rejects.toThrow('key a is not among the keys');
    });
  });
}
