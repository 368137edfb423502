import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../../activities/records/journal.ts';
import { canonical, sha256 } from '../../../model/canonical.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import type { KeyRing } from '../../../security/keys.ts';

const ring: KeyRing = { current: 'a', keys: new Map([['a', Buffer.alloc(32, 7)]]) };
const RUN = 'offboarding-contoso_1';
const started: JournalRecord = {
  type: 'run-started',
  workflowId: 'offboarding-contoso',
  startedBy: 'sam',
  manifestHash: 'aa',
  tenantId: 'contoso-tenant',
};
const intent = (item: string): JournalRecord => ({ type: 'intent', item, planHash: 'ff', phase: 'permissions' });
const removed = (item: string): JournalRecord => ({
  type: 'outcome',
  phase: 'permissions',
  outcome: { item, outcome: 'removed', reason: 'read back: not found' },
});

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-journal-'));
  journal = new Journal(folder, ring);
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

const segment = () => join(folder, RUN, readdirSync(join(folder, RUN))[0] as string);
/** Edits the lines of the one segment. */
function edit(change: (lines: string[]) => string[]): void {
  const lines = readFileSync(segment(), 'utf8').trimEnd().split('\n');
  writeFileSync(segment(), `${change(lines).join('\n')}\n`);
}
const again = () => new Journal(folder, ring).lines(RUN);

test('lines come back in order, each with the hash of the line before', async () => {
  await journal.append(RUN, started, intent('a'));
  await journal.append(RUN, removed('a'));
  const lines = again();
  expect(lines.map((l) => l.record)).toEqual([started, intent('a'), removed('a')]);
  expect(lines.map((l) => l.seq)).toEqual([0, 1, 2]);
  expect(lines[0]?.previous).toBe('0'.repeat(64));
  expect(lines[1]?.previous).toBe(sha256(canonical(lines[0])));
  expect(lines[2]?.previous).toBe(sha256(canonical(lines[1])));
});

test('appends at once are written one after the other, none lost', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => journal.append(RUN, intent(`item ${i}`))));
  expect(again().map((l) => (l.record.type === 'intent' ? l.record.item : ''))).toEqual(Array.from({ length: 20 }, (_, i) => `item ${i}`));
});

test('nothing can be read on disk, and only its owner may read the file', async () => {
  await journal.append(RUN, started);
  const raw = readFileSync(segment(), 'utf8');
  const decoded = Buffer.from(raw.split(' ')[1] ?? '', 'base64').toString('latin1');
  for (const word of ['contoso-tenant', 'run-started', 'sam']) expect(raw + decoded).not.toContain(word);
  expect(statSync(segment()).mode & 0o777).toBe(0o600);
});

test('a changed line is refused', async () => {
  await journal.append(RUN, started, intent('a'), removed('a'));
  edit(([one, two = '', three]) => [one ?? '', two.slice(0, 40) + (two[40] === 'A' ? 'B' : 'A') + two.slice(41), three ?? '']);
  expect(again).toThrow('unable to authenticate');
});

test.each([
  ['removed from the beginning', (l: string[]) => l.slice(1)],
  ['removed from the middle', (l: string[]) => l.toSpliced(1, 1)],
  ['swapped with its neighbour', (l: string[]) => [l[0], l[2], l[1], l[3]] as string[]],
  ['written twice', (l: string[]) => l.toSpliced(1, 0, l[1] as string)],
])('a line %s is refused', async (_, change) => {
  await journal.append(RUN, started, intent('a'), removed('a'), intent('b'));
  edit(change);
  expect(again).toThrow('does not follow the line before');
});

test('a line of another run does not pass for one of this', async () => {
  await journal.append(RUN, started);
  await journal.append('other', started);
  const other = readFileSync(join(folder, 'other', readdirSync(join(folder, 'other'))[0] as string), 'utf8');
  writeFileSync(segment(), other);
  expect(again).toThrow('unable to authenticate');
});

test('a last line that a crash cut off was never acknowledged and is left out; a new writer goes on', async () => {
  await journal.append(RUN, started, intent('a'));
  const whole = statSync(segment()).size;
  await journal.append(RUN, removed('a'));
  truncateSync(segment(), whole + 30);
  expect(again().map((l) => l.record.type)).toEqual(['run-started', 'intent']);
  const next = new Journal(folder, ring);
  await next.append(RUN, removed('a'));
  await next.close();
  expect(again().map((l) => l.record.type)).toEqual(['run-started', 'intent', 'outcome']);
});

test('a broken line that is not the last is refused, also when it looks cut off', async () => {
  await journal.append(RUN, started);
  appendFileSync(segment(), 'a AAAA\n');
  await journal.append(RUN, intent('a'));
  expect(again).toThrow('Invalid authentication tag');
});

test('several writers have segments of their own, told together in order of time', async () => {
  const other = new Journal(folder, ring);
  await journal.append(RUN, started);
  await sleep(5);
  await other.append(RUN, intent('a'));
  await sleep(5);
  await journal.append(RUN, removed('a'));
  await other.append(RUN, intent('b'));
  await other.close();
  expect(readdirSync(join(folder, RUN))).toHaveLength(2);
  const lines = again();
  expect(lines.map((l) => l.at)).toEqual(lines.map((l) => l.at).toSorted());
  expect(new Set(lines.map((l) => l.segment)).size).toBe(2);
  const ledger = new Journal(folder, ring).ledger(RUN);
  expect([...ledger.openIntents]).toEqual(['b']);
});

test('the ledger folds who started, what was begun and what became of it', async () => {
  await journal.append(RUN, started, intent('a'), intent('b'), removed('a'));
  const ledger = journal.ledger(RUN);
  expect(ledger.startedBy).toBe('sam');
  expect([...ledger.openIntents]).toEqual(['b']);
  expect(ledger.outcomes.get('a')?.outcome).toBe('removed');
  expect(ledger.outcomes.has('b')).toBe(false);
});

test('after an append that the disk refused, the next one succeeds and the journal stays whole', async () => {
  const broken = new Journal(folder, ring);
  writeFileSync(join(folder, 'blocked'), '');
  await expect(broken.append('blocked', started)).rejects.toThrow('EEXIST');
  rmSync(join(folder, 'blocked'));
  await broken.append('blocked', started);
  expect(broken.lines('blocked').map((l) => l.record)).toEqual([started]);
  await broken.close();
});

test('a run nobody wrote of has no lines; runs are told newest first', async () => {
  expect(journal.lines('unknown')).toEqual([]);
  await journal.append('first', started);
  await sleep(5);
  await journal.append('second', started);
  expect(journal.runs()).toEqual(['second', 'first']);
});
