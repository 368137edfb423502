import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkRecords } from '../../../activities/records/check.ts';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import { SqliteStore } from '../../../activities/records/sqlite/store.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import { intent, RING, started } from './contract.ts';

/** Three runs of which one shares a manifest with another; then somebody changes the file. */

let folder: string;
let records: Records;
let manifest = '';
let plan = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-check-'));
  records = recordsIn(new SqliteStore(join(folder, 'records.sqlite'), RING, { create: true }), RING);
  manifest = await records.artifacts.put('a_1', { tenant: 'a manifest' });
  const named = { ...started, manifestHash: manifest } as JournalRecord;
  plan = await records.artifacts.put('a_1', { manifestHash: manifest, items: [] });
  await records.journal.append('a_1', named, { type: 'plan', planHash: 'h', artifact: plan, items: 0 });
  await records.journal.append('b_1', named, intent('x'));
  const own = await records.artifacts.put('c_1', { tenant: 'another' });
  await records.journal.append('c_1', { ...started, manifestHash: own } as JournalRecord);
});
afterEach(async () => {
  await records.store.close();
  rmSync(folder, { recursive: true });
});

function changed(sql: string): void {
  const db = new DatabaseSync(join(folder, 'records.sqlite'));
  expect(db.prepare(sql).run().changes).toBe(1);
  db.close();
}

test('whole records are counted, and nothing is damaged', async () => {
  expect(await checkRecords(records)).toEqual({ runs: 3, records: 5, artifacts: 3, damaged: [] });
});

const DAMAGES: [what: string, sql: () => string, damaged: () => [run: string, words: string][]][] = [
  [
    'a record is changed',
    () => `UPDATE lines SET body = zeroblob(60) WHERE run = 'b_1' AND seq = 2`,
    () => [['b_1', 'record 2 (it was changed']],
  ],
  ['a record is gone', () => `DELETE FROM lines WHERE run = 'a_1' AND seq = 1`, () => [['a_1', 'record 1 (it is missing)']]],
  ['the last record is cut off', () => `DELETE FROM lines WHERE run = 'b_1' AND seq = 2`, () => [['b_1', 'record 2 (it is missing)']]],
  ['a plan is gone', () => `DELETE FROM artifacts WHERE address = '${plan}'`, () => [['a_1', `artifact ${plan} (it is missing)`]]],
  [
    'a manifest is changed that two runs name',
    () => `UPDATE artifacts SET body = zeroblob(60) WHERE address = '${manifest}'`,
    () => [
      ['b_1', `artifact ${manifest} (it was changed`],
      ['a_1', `artifact ${manifest} (it was changed`],
    ],
  ],
];

test.each(DAMAGES)('when %s, just the runs that it is of are named, with the place', async (_, sql, damaged) => {
  changed(sql());
  const found = await checkRecords(records);
  expect(found.damaged).toEqual(damaged().map(([run, words]) => ({ run, what: [expect.stringContaining(words)] })));
  expect(found.runs).toBe(3);
});
