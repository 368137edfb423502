import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalLine } from '../../activities/records/chain.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { SIGNING_FILES } from '../../model/evidence-signature.ts';
import { summarize, type Evidence } from '../../model/summary.ts';
import { APPROVER, MEMBER_ROLE_ARN, smallEstate } from '../harness/estate.ts';
import { approveGate, finish, resultOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

/** Evidence of a real run, and copies that somebody changed: the tool and the auditor's script of docs/evidence.md judge them alike. */

const stage = new Stage();
const folder = mkdtempSync(join(tmpdir(), 'offboard-evidence-'));
const whole = join(folder, 'whole');
const script = join(folder, 'verify.py');

beforeAll(async () => {
  const doc = readFileSync(new URL('../../docs/evidence.md', import.meta.url), 'utf8');
  writeFileSync(script, /```python\n(.*?)```/s.exec(doc)?.[1] ?? '');
  await stage.open();
  const { evidence } = await finish(stage, await startedRun(stage, smallEstate()));
  cpSync(evidence, whole, { recursive: true });
  // As if no worker had signed it: what the files alone tell.
  for (const name of SIGNING_FILES) rmSync(join(whole, name));
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const python = (of: string) => spawnSync('python3', [script, of], { encoding: 'utf8' });

test('both verify the evidence of a run, and count the same', async () => {
  const tool = await stage.offboard('evidence', 'verify', whole, '--json');
  const { lines, removals } = JSON.parse(tool.out) as { lines: number; removals: number };
  expect([tool.code, removals]).toEqual([0, 7]);
  const { status, stdout } = python(whole);
  expect([status, stdout.split('\n')]).toEqual([
    0,
    expect.arrayContaining([`whole: ${lines} lines, ${removals} removals, each approved before`, 'by names that nobody proved']),
  ]);
});

test('report and status say how far names can be trusted', async () => {
  const { summary } = JSON.parse(readFileSync(join(whole, 'evidence.json'), 'utf8')) as Evidence;
  for (const told of ['report', 'status'])
    expect((await stage.offboard(told, summary.workflowId)).out).toMatch(/^Names are asserted, not proved/m);
});

test('it tells of each thing whether, until when and with what loss it can be undone, that names were asserted, and why each is ours to the end', () => {
  const evidence = JSON.parse(readFileSync(join(whole, 'evidence.json'), 'utf8')) as Evidence;
  const page = readFileSync(join(whole, 'index.html'), 'utf8');
  const undo = new Map(evidence.undo.map((u) => [u.item.split(':')[0], u]));
  expect(undo.size).toBeGreaterThan(3);
  expect(undo.get('data-collector')?.impossible).toContain('historic data');
  expect(undo.get('aws-role')).toMatchObject({ losses: [expect.stringContaining('a new RoleId'), expect.anything()] });
  const { until = '', afterwards } = undo.get('entra-oidc-application') ?? {};
  const days = (Date.parse(until) - Date.parse(evidence.summary.endedAt ?? '')) / 86_400_000;
  expect([Math.round(days), afterwards]).toEqual([30, undefined]);
  expect(page).toMatch(/<h2>What cannot be undone, and until when the rest can<\/h2>\n<p>1 of 7 removed things cannot be given back/);
  expect(page).toMatch(new RegExp(`>${until}<td[^>]*>[^<]+; after that: it never comes back`));
  expect(evidence.names).toBe('asserted, not proved');
  expect(page).toContain('Names of those who decided were asserted, not proved');
  const member = evidence.summary.items.find((i) => i.because && i.because.length > 1);
  expect(member?.because?.join('; ')).toMatch(/^because .*; because .*, which it uses, is: /);
  expect(page).toMatch(/<td[^>]*>ours because /);
});

test('of a run with several plans each is there, and one that is changed or missing breaks the evidence', async () => {
  const estate = smallEstate();
  estate.manifest.protected = [MEMBER_ROLE_ARN];
  const run = await startedRun(stage, estate);
  const { planHash: first = '' } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((w) => w.kind === 'items'));
  await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'look again');
  const { planHash: second = '' } = await stage.until(run, (v) => v.planHash !== first && v.gate?.gate === 'plan');
  await stage.offboard('reject', run, '--gate', 'plan', '--plan-hash', second, '--by', APPROVER, '--reason', 'not now');
  const { evidence } = await resultOf(stage, run);
  const told = JSON.parse(readFileSync(join(evidence, 'evidence.json'), 'utf8')) as Evidence;
  expect(told.summary.items.filter((i) => i.because === undefined)).toEqual([]);
  expect((await stage.offboard('evidence', 'verify', evidence)).code).toBe(0);
  expect(python(evidence).status).toBe(0);
  const file = join(evidence, `plan-${first}.json`);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"title":"', '"title":"x'));
  const changed = `plan-${first}.json`;
  expect((await stage.offboard('evidence', 'verify', evidence)).err).toContain(`${changed} was altered after it was signed`);
  for (const name of SIGNING_FILES) rmSync(join(evidence, name));
  expect((await stage.offboard('evidence', 'verify', evidence)).err).toContain(`${changed} does not have the hash`);
  expect(python(evidence).stderr).toContain('does not have the hash');
});

interface Files {
  evidence: Evidence;
  plan: Plan;
  lines: JournalLine[];
}

/** Makes lines, heads, plan hash and summary fit again, as a careful forger would. */
function fitAgain(files: Files): void {
  let previous = '0'.repeat(64);
  for (const [i, line] of files.lines.entries()) {
    Object.assign(line, { seq: i + 1, previous });
    previous = sha256(canonical(line));
  }
  files.evidence.journal = { lines: files.lines.length, head: previous };
  files.evidence.summary = summarize(files.lines, files.plan);
}

const at = ({ lines }: Files, type: JournalLine['record']['type']) => lines.findIndex((l) => l.record.type === type);

const TAMPERINGS: [what: string, change: (files: Files) => void, told: string][] = [
  ['another approver is written into a line', (f) => replaceIn(f.lines, APPROVER, 'mallory'), 'does not follow'],
  ['a line is removed', (f) => f.lines.splice(at(f, 'intent'), 1), 'does not follow'],
  [
    'two lines are swapped',
    (f) => f.lines.splice(3, 2, f.lines[4] as JournalLine, f.lines[3] as JournalLine) && renumber(f),
    'does not follow',
  ],
  ['the last line is cut off', (f) => f.lines.pop(), 'does not end'],
  ['an item of the plan is changed', (f) => Object.assign(f.plan.items[0] ?? {}, { title: 'harmless' }), 'does not have the hash'],
  ['an item is taken out of the plan', (f) => f.plan.items.pop(), 'does not have the hash'],
  ['two items change places', (f) => f.plan.items.reverse(), 'does not have the hash'],
  ['the summary tells another status', (f) => (f.evidence.summary.status = 'leftovers'), 'as'],
  ['the summary names another plan', (f) => (f.evidence.summary.planHash = 'f'.repeat(64)), 'plan'],
  [
    'the approval is taken out and all hashes are made to fit',
    (f) => {
      f.lines.splice(at(f, 'decision'), 1);
      fitAgain(f);
    },
    'was begun before',
  ],
  [
    'the approval of the collectors is taken out and all hashes are made to fit',
    (f) => {
      f.lines.splice(
        f.lines.findIndex((l) => l.record.type === 'decision' && 'gate' in l.record.decision && l.record.decision.gate === 'collectors'),
        1,
      );
      fitAgain(f);
    },
    'was begun before',
  ],
  [
    'a removal that was not planned is hidden among the others and all hashes are made to fit',
    (f) => {
      const hidden = structuredClone(f.lines[at(f, 'intent')] as JournalLine);
      Object.assign(hidden.record, { item: 'aws-role:arn:aws:iam::444455556666:role/production' });
      f.lines.splice(at(f, 'intent'), 0, hidden);
      fitAgain(f);
    },
    'is not in the plan',
  ],
];

function replaceIn(lines: JournalLine[], from: string, to: string): void {
  const i = lines.findIndex((l) => l.record.type === 'decision');
  lines[i] = JSON.parse(JSON.stringify(lines[i]).replace(from, to)) as JournalLine;
}

const renumber = (files: Files) => {
  for (const [seq, line] of files.lines.entries()) line.seq = seq;
};

describe.each(TAMPERINGS)('when %s', (_, change, told) => {
  test('both refuse it', async () => {
    const copy = mkdtempSync(join(folder, 'copy-'));
    cpSync(whole, copy, { recursive: true });
    const read = (name: string) => readFileSync(join(copy, name), 'utf8');
    const files: Files = {
      evidence: JSON.parse(read('evidence.json')) as Evidence,
      plan: JSON.parse(read('plan.json')) as Plan,
      lines: read('journal.jsonl')
        .trimEnd()
        .split('\n')
        .map((l) => JSON.parse(l) as JournalLine),
    };
    expect(planHash(files.plan)).toBe(files.evidence.summary.planHash);
    change(files);
    writeFileSync(join(copy, 'evidence.json'), JSON.stringify(files.evidence, undefined, 2));
    writeFileSync(join(copy, 'plan.json'), canonical(files.plan));
    writeFileSync(join(copy, 'journal.jsonl'), files.lines.map((l) => `${canonical(l)}\n`).join(''));
    const byPython = python(copy);
    expect({ status: byPython.status, stdout: byPython.stdout }).toEqual({ status: 1, stdout: '' });
    expect(byPython.stderr).toMatch(/^BROKEN: /);
    expect(byPython.stderr).toContain(told);
    const byTool = await stage.offboard('evidence', 'verify', copy);
    expect(byTool.code).toBe(50);
    expect(byTool.err).toContain('this evidence was changed or is incomplete');
  });
});

/** A copy of the evidence in which one file is other than it was, or gone. */
function copyWith(change: (copy: string) => void): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(whole, copy, { recursive: true });
  change(copy);
  return copy;
}

const edited = (name: string, change: (text: string) => string) => (copy: string) =>
  writeFileSync(join(copy, name), change(readFileSync(join(copy, name), 'utf8')));

const BROKEN: [what: string, change: (copy: string) => void, told: string][] = [
  ['the page names another approver', edited('index.html', (t) => t.replaceAll(APPROVER, 'mallory')), 'index.html does not say'],
  ['the page says it was left in place', edited('index.html', (t) => t.replace('completed', 'leftovers')), 'index.html does not say'],
  ['something is added to the page', edited('index.html', (t) => `${t}<p>signed off</p>`), 'index.html does not say'],
  [
    'evidence.json names another run, and with it the page',
    edited('evidence.json', (t) => t.replace('"run": "', '"run": "x')),
    'index.html',
  ],
  ['the plan is missing', (copy) => rmSync(join(copy, 'plan.json')), 'plan.json is missing'],
  ['the journal is missing', (copy) => rmSync(join(copy, 'journal.jsonl')), 'journal.jsonl is missing'],
  ['the plan’s page shows another right', edited('plan.html', (t) => t.replace('take-over', 'read')), 'plan.html does not say'],
  ['the page is missing', (copy) => rmSync(join(copy, 'index.html')), 'index.html is missing'],
  ['evidence.json is missing', (copy) => rmSync(join(copy, 'evidence.json')), 'evidence.json is missing'],
  ['the plan is cut off', edited('plan.json', (t) => t.slice(0, -2)), 'plan.json is not JSON'],
  ['a line of the journal is no JSON', edited('journal.jsonl', (t) => `${t}{\n`), 'journal.jsonl is not JSON'],
];

test.each(BROKEN)('when %s, the tool says what is broken, with exit code 50', async (_, change, told) => {
  const { code, err } = await stage.offboard('evidence', 'verify', copyWith(change));
  expect(code).toBe(50);
  expect(err).toContain(told);
  expect(err).toContain('this evidence was changed or is incomplete');
});

test('a folder without any evidence is a slip of the pen, and what is no folder may be a run', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  const slip = await stage.offboard('evidence', 'verify', empty);
  expect([slip.code, slip.err]).toEqual([10, expect.stringContaining(`${empty} holds no evidence`)]);
  const unknown = await stage.offboard('evidence', 'verify', 'offboarding-none');
  expect([unknown.code, unknown.err]).toEqual([
    22,
    expect.stringContaining('offboarding-none is neither a folder nor a run with evidence'),
  ]);
});
