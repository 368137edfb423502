import { expect, test } from 'vitest';
import { evidencePage } from '../../activities/evidence/page.ts';
import { renderReport } from '../../client/render/report.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Excluded } from '../../model/plan.ts';
import { summarize } from '../../model/summary.ts';
import { leftoverWords } from '../../model/summary-words.ts';
import { planOf } from './findings.ts';

const out: Excluded[] = [1, 2].map((n) => ({ system: `gcp:projects/sys-${n}`, rule: 'exclude.projects: sys-*' }));
const WORDS = 'nothing is known of 2 systems left out by the manifest (exclude.projects: sys-*: 2, such as gcp:projects/sys-1)';
const verified = (more: object = {}): JournalRecord => ({ type: 'verified', leftovers: [], unknown: [], ...more });
const summaryOf = (...records: JournalRecord[]) =>
  summarize(
    records.map((record, i) => ({ at: `2026-01-01T00:00:0${i}.000Z`, record })),
    { ...planOf([]), excluded: out.slice(0, 1) },
  );

test('what the manifest leaves out is listed by name in summary, report and page, as the verification found it, and told first', () => {
  expect(summaryOf().excluded).toEqual(out.slice(0, 1));
  const summary = summaryOf(verified({ excluded: out }));
  expect(summary.excluded).toEqual(out);
  const report = renderReport(summary, 'offboard');
  expect(report).toContain(`NOTE: ${WORDS}`);
  expect(report).toMatch(/Left out by the manifest, so nothing is known of it:\n {3}gcp:projects\/sys-1\n {7}exclude\.projects: sys-\*\n/);
  const page = evidencePage({ version: 1, run: 'r', names: 'asserted, not proved', summary, undo: [], journal: { lines: 0, head: '' } });
  expect(page).toContain('Left out by the manifest: 2');
  for (const { system } of out) expect(page).toContain(system);
});

test('what was left out, or could not be read, is never called nothing', () => {
  expect(leftoverWords(summaryOf(verified({ excluded: out })))).toBe(`nothing in what was read; ${WORDS}, nor of what lies below`);
  const unread = summarize([{ at: '2026-01-01T00:00:00.000Z', record: verified({ unknown: ['aws:1'] }) }], planOf([]));
  expect(leftoverWords(unread)).toBe('nothing in what was read; nothing is known of aws:1, which could not be read');
});
