import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkRecords, type Progress } from '../../../activities/records/check/check.ts';
import { recordsIn, type Records } from '../../../activities/records/open.ts';
import { SqliteStore } from '../../../activities/records/sqlite/store.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import { intent, removed, RING, started } from './contract.ts';

/** Three runs, of which one shares a manifest with another and has read a system, and a discovery; then somebody changes the file. */

let folder: string;
let records: Records;
let manifest = '';
let plan = '';
let snapshot = '';
let readings = '';
let inventory = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-check-'));
  records = recordsIn(new SqliteStore(join(folder, 'records.sqlite'), RING, { create: true }), RING);
  manifest = await records.artifacts.put('a_1', { tenant: 'a manifest' });
  const named = { ...started, manifestHash: manifest } as JournalRecord;
  plan = await records.artifacts.put('a_1', { manifestHash: manifest, items: [] });
  await records.journal.append('a_1', named, { type: 'plan', planHash: 'h', artifact: plan, items: 0 }, intent('x'), removed('x'));
  snapshot = await records.artifacts.put('a_1', { roles: ['a role'] });
  readings = await records.artifacts.put('a_1', [
    { system: 'aws:111122223333', artifact: snapshot },
    { system: 'aws:444455556666', unknown: 'denied' },
  ]);
  inventory = await records.artifacts.put('discovery-t_1', { findings: [] });
  await records.journal.append('b_1', named, intent('x'));
  const own = await records.artifacts.put('c_1', { tenant: 'another' });
  await records.journal.append('c_1', { ...started, manifestHash: own } as JournalRecord);
});
afterEach(async () => {
  await records.store.close();
  rmSync(folder, { recursive: true });
});

function changed(...sqls: string[]): void {
  const db = new DatabaseSync(join(folder, 'records.sqlite'));
  for (const sql of sqls) expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
  db.close();
}

test('whole records are counted, and nothing is damaged', async () => {
  expect(await checkRecords(records)).toEqual({ runs: 3, records: 7, artifacts: 6, damaged: [], unused: [] });
});

const blank = (address: string): string => `UPDATE artifacts SET body = zeroblob(60) WHERE address = '${address}'`;
const away = (address: string): string => `DELETE FROM artifacts WHERE address = '${address}'`;
const unused = (address: string): string => `DELETE FROM uses WHERE address = '${address}'`;

const DAMAGES: [what: string, sql: () => string[], damaged: () => [run: string, words: string, means: string][]][] = [
  [
    'a record is changed',
    () => [`UPDATE lines SET body = zeroblob(60) WHERE run = 'b_1' AND seq = 2`],
    () => [['b_1', 'record 2 (it was changed', 'nothing that it removed can be restored (how much is not known)']],
  ],
  [
    'a record is gone',
    () => [`DELETE FROM lines WHERE run = 'a_1' AND seq = 1`],
    () => [['a_1', 'record 1 (it is missing)', 'nobody can tell what it did from there on']],
  ],
  [
    'a record after a removal is changed',
    () => [`UPDATE lines SET body = zeroblob(60) WHERE run = 'a_1' AND seq = 4`],
    () => [['a_1', 'record 4 (it was changed', 'nothing that it removed can be restored (how much is not known)']],
  ],
  [
    'the last record is cut off',
    () => [`DELETE FROM lines WHERE run = 'b_1' AND seq = 2`],
    () => [['b_1', 'record 2 (it is missing)', 'it goes no further']],
  ],
  [
    'a plan is gone',
    () => [away(plan)],
    () => [['a_1', `plan ${plan} (it is missing)`, 'nothing that it removed can be restored (at least 1 thing)']],
  ],
  [
    'a plan is gone, and that it was stored, too',
    () => [away(plan), unused(plan)],
    () => [['a_1', `plan ${plan} (it is missing)`, 'its evidence cannot be written']],
  ],
  [
    'a manifest is changed that two runs name',
    () => [blank(manifest)],
    () => [
      ['b_1', `manifest ${manifest} (it was changed`, 'it removed nothing that could be restored'],
      ['a_1', `manifest ${manifest} (it was changed`, 'nothing that it removed can be restored (1 thing)'],
    ],
  ],
  [
    'a snapshot is changed',
    () => [blank(snapshot)],
    () => [['a_1', `snapshot ${snapshot} of aws:111122223333 (it was changed`, 'stops where it reads it; a restore does not need it']],
  ],
  [
    'a snapshot is gone',
    () => [away(snapshot)],
    () => [['a_1', `snapshot ${snapshot} of aws:111122223333 (it is missing)`, 'a restore does not need it']],
  ],
  [
    'a snapshot is gone, and that it was stored, too: the list of readings names it',
    () => [away(snapshot), unused(snapshot)],
    () => [['a_1', `snapshot ${snapshot} of aws:111122223333 (it is missing)`, 'a restore does not need it']],
  ],
  [
    'one snapshot lies in the place of another',
    () => [`UPDATE artifacts SET body = (SELECT body FROM artifacts WHERE address = '${plan}') WHERE address = '${snapshot}'`],
    () => [['a_1', `snapshot ${snapshot} of aws:111122223333 (it was changed`, 'stops where it reads it']],
  ],
  [
    'a list of readings is changed',
    () => [blank(readings)],
    () => [['a_1', `artifact ${readings} (it was changed`, 'stops where it reads it; a restore does not need it']],
  ],
  [
    'what a discovery found is changed',
    () => [blank(inventory)],
    () => [['discovery-t_1', `artifact ${inventory} (it was changed`, 'discover again']],
  ],
];

test.each(DAMAGES)('when %s, just the runs that it is of are named, with the place and what it means', async (_, sql, damaged) => {
  changed(...sql());
  const found = await checkRecords(records);
  expect(found.damaged).toEqual(
    damaged().map(([run, what, means]) => ({
      run,
      what: [{ what: expect.stringContaining(what) as string, means: expect.stringContaining(means) as string }],
    })),
  );
  expect([found.runs, found.unused]).toEqual([3, []]);
});

test('a snapshot of a run that has ended is read by nothing any more, which is said', async () => {
  await records.journal.append('a_1', { type: 'run-ended', status: 'completed', reason: 'done' });
  changed(blank(snapshot));
  const [run] = (await checkRecords(records)).damaged;
  expect(run?.what.map((d) => d.means)).toEqual(['the run has ended, so nothing reads it any more; a restore does not need it']);
});

test('a damaged plan of a run that another took over from bars the restore of both', async () => {
  const adopted = { type: 'adopted' as const, run: 'a_1', seq: 4, hash: '0', by: 'sam', quarantined: [] } satisfies JournalRecord;
  await records.journal.append('b_1', adopted);
  changed(away(plan));
  const [run] = (await checkRecords(records)).damaged;
  expect(run?.what.map((d) => d.means)).toEqual([expect.stringContaining('nor what b_1 removed, which took over from it')]);
});

test('something damaged that no run uses is told apart', async () => {
  changed(blank(snapshot), unused(snapshot), unused(readings), away(readings));
  const found = await checkRecords(records);
  expect(found).toMatchObject({ damaged: [], unused: [expect.stringContaining(`artifact ${snapshot} (it was changed`)] });
});

test('more records and artifacts than are read at once are all read, and it is told how far it is', async () => {
  for (let n = 0; n < 3; n++) await records.journal.append('b_1', ...Array.from({ length: 1_500 }, (_, i) => intent(`${n} ${i}`)));
  await Promise.all(Array.from({ length: 1_100 }, (_, n) => records.artifacts.put('c_1', { n })));
  const told: Progress[] = [];
  const found = await checkRecords(records, (progress) => told.push(progress));
  expect(found).toEqual({ runs: 3, records: 4_507, artifacts: 1_106, damaged: [], unused: [] });
  expect(told.filter((t) => t.what === 'runs').at(-1)).toEqual({ what: 'runs', done: 3, of: 3 });
  expect(told.filter((t) => t.what === 'artifacts').at(-1)).toEqual({ what: 'artifacts', done: 1_106, of: 1_106 });
  changed(`DELETE FROM lines WHERE run = 'b_1' AND seq = 4502`);
  const [run] = (await checkRecords(records)).damaged;
  expect(run?.what.map((d) => d.what)).toEqual(['record 4502 (it is missing) of b_1 is damaged']);
  expect((await checkRecords(records)).records).toBe(4_506);
});
