import { describe, expect, test } from 'vitest';
import { evidencePage } from '../../activities/evidence/page.ts';
import { renderReport } from '../../client/render/report.ts';
import { firstLines } from '../../model/access-that-stays.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { RunStatus } from '../../model/names.ts';
import type { Plan } from '../../model/plan.ts';
import { summarize } from '../../model/summary.ts';
import { firstOfAll } from '../../model/summary-words.ts';
import { finding, planOf } from './findings.ts';

const TOKEN = 'gcp:service-account:posture';
const account = finding('posture', { title: 'account posture', provides: [TOKEN] });
const way = finding('way', { title: 'the grant of our pool', serves: [{ token: TOKEN, as: 'entry' }] });
const held = { hold: { code: 'ScopeLocked', reason: 'locked' } };

const removed = (...items: string[]): JournalRecord[] =>
  items.map((item) => ({
    type: 'outcome',
    phase: 'permissions',
    outcome: { item: `aws-role:${item}`, outcome: 'removed', reason: 'gone' },
  }));

/** What is told first of a run whose journal says this; without a status it goes on. */
function told(plan: Plan, records: JournalRecord[], status?: RunStatus) {
  const end: JournalRecord[] = status ? [{ type: 'run-ended', status, reason: 'so' }] : [];
  return summarize(
    [...records, ...end].map((record, i) => ({ at: `2026-01-01T00:00:0${i}.000Z`, record })),
    plan,
  );
}

const STAYS = 'access that stays: Permissions Management can still act as account posture (aws:111122223333) by the grant of our pool';
const PERHAPS = STAYS.replace('stays:', 'stays unless it is decided otherwise:');

describe('access that stays', () => {
  test('is told of a run that goes on where both are held, and of none where nothing holds them', () => {
    const plan = planOf([
      { ...account, ...held },
      { ...way, ...held },
    ]);
    expect(plan.warnings).toContain(PERHAPS);
    expect(told(plan, []).access).toEqual([PERHAPS]);
    expect(told(planOf([account, way]), []).access).toBeUndefined();
  });

  test('is told of one that ended for as long as both are there, whatever left them; a way that is gone is none', () => {
    const plan = planOf([account, way]);
    expect(told(plan, [], 'denied').access).toEqual([STAYS]);
    expect(told(plan, removed('way'), 'leftovers').access).toBeUndefined();
    expect(told(plan, removed('way', 'posture'), 'completed').access).toBeUndefined();
  });

  test('is told of a dry run as the plan has it', () => {
    const plan = planOf([
      { ...account, ...held },
      { ...way, ...held },
    ]);
    expect(told(plan, [], 'dry-run').access).toEqual([PERHAPS]);
  });

  test('counts what no plan removes: protected, or ours perhaps', () => {
    const kept = planOf([account, way], { protected: ['aws-role:posture', 'aws-role:way'] });
    const perhaps = planOf([
      { ...account, confidence: 'name-only' },
      { ...way, confidence: 'name-only' },
    ]);
    for (const plan of [kept, perhaps]) expect(plan.reach?.map((r) => r.id)).toEqual(['aws-role:posture', 'aws-role:way']);
    expect(told(kept, [], 'completed').access).toEqual([STAYS]);
    expect(told(perhaps, [], 'completed').access).toEqual([STAYS]);
    expect(planOf([account, way]).reach).toBeUndefined();
  });

  test('leads from the application to a role, and nowhere once a link of it is gone', () => {
    const app = finding('app', { title: 'the application', risk: 'none', provides: ['aws:audience:a'] });
    const client = finding('client', {
      title: 'the client id',
      risk: 'none',
      provides: ['aws:client-id:c'],
      enteredBy: ['aws:audience:a'],
    });
    const oidc = finding('oidc', { title: 'the OIDC role', risk: 'none', provides: ['aws:role:o'], enteredBy: ['aws:client-id:c'] });
    const member = finding('member', { title: 'the member role', risk: 'takeover', enteredBy: ['aws:role:o'] });
    const plan = planOf([app, client, oidc, member]);
    const words = 'access that stays: Permissions Management can still act as the member role (aws:111122223333) by the OIDC role';
    expect(told(plan, [], 'denied').access).toEqual([words]);
    for (const link of ['app', 'client', 'oidc', 'member']) expect(told(plan, removed(link), 'completed').access).toBeUndefined();
    // Of an application that nobody found nobody knows that it is gone.
    expect(told(planOf([client, oidc, member]), [], 'denied').access).toEqual([words]);
    const kept = planOf([app, client, oidc, member], {
      protected: ['aws-role:client', 'aws-role:oidc', 'aws-role:member', 'aws-role:app'],
    });
    expect(kept.warnings).toContain(words.replace('stays:', 'stays unless it is decided otherwise:'));
  });

  test('by a client id that only a name makes ours is told as not known', () => {
    const named = { confidence: 'name-only' as const };
    const client = finding('client', { title: 'the client id', risk: 'none', provides: ['aws:client-id:c'], ...named });
    const role = finding('role', { title: 'the console', enteredBy: ['aws:client-id:c'], ...named });
    expect(told(planOf([client, role]), [], 'completed').access).toEqual([
      'access that stays, perhaps: whether Permissions Management can still act as the console (aws:111122223333) by the client id is not known',
    ]);
  });

  test('stands before anything else in report and evidence', () => {
    const summary = told(planOf([account, way]), [], 'denied');
    const report = renderReport(summary, 'offboard');
    expect(report.indexOf(`NOTE: ${STAYS}.`)).toBeGreaterThan(0);
    expect(report.indexOf(STAYS)).toBeLessThan(report.indexOf('1. '));
    const page = evidencePage({ version: 1, run: 'r', names: 'asserted, not proved', summary, undo: [], journal: { lines: 0, head: '' } });
    const [, words = ''] = STAYS.split(': ');
    expect(page).toContain(`<h2>Access that stays</h2>\n<ul><li>${words}</ul>`);
    expect(page.indexOf(words)).toBeLessThan(page.indexOf('Tenant'));
  });

  test('of many lines a result tells the first, and how many there are besides', () => {
    expect(firstLines(['a', 'b', 'c'], 2)).toEqual(['a', 'and 2 others of the same kind']);
    expect(firstLines(['a', 'b'], 2)).toEqual(['a', 'b']);
    expect(firstOfAll({ access: ['a', 'b', 'c', 'd'] }, 3)).toEqual(['a', 'b', 'and 2 others of the same kind']);
  });
});
