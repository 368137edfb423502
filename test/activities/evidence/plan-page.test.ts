import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { planPageOf } from '../../../activities/evidence/evidence.ts';
import type { JournalLine } from '../../../activities/records/chain.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import { ASSERTED, type Identity } from '../../../model/identity/how.ts';
import { planHash, type Plan } from '../../../model/plan.ts';
import { parseStatement, statementText, whereOf } from '../../../model/statement/statement.ts';
import { isVisible } from '../../../model/visible.ts';
import { finding as anyFinding, planOf } from '../../model/findings.ts';

const snapshot = { RoleId: 'AROA1', AssumeRolePolicyDocument: {}, Tags: [] };
const finding: typeof anyFinding = (name, more) => anyFinding(name, { snapshot, ...more });
const RUN = 'offboarding-8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c_01a21aeb-805b-7a70-aa36-d8921229089a';
const WORKFLOW = 'offboarding-8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const POLICY = { approvers: ['riley'], fourEyes: true, maxItems: 100 };
const UNTIL = '2026-01-08T10:00:00.000Z';

function lines(records: JournalRecord[]): JournalLine[] {
  return records.map((r, n) => ({ seq: n + 1, previous: '', at: `2026-01-01T10:00:0${n}.000Z`, record: r }));
}

interface Told {
  name?: string;
  identity?: Identity;
  after?: JournalRecord[];
}

/** A run whose gate about this plan is open, or has been decided by what comes after. */
function asked(plan: Plan, { name = 'sam', identity = 'ssh', after = [] }: Told = {}): string {
  const hash = planHash(plan);
  const opened = {
    type: 'gate-opened' as const,
    gate: 'plan' as const,
    opening: 1,
    planHash: hash,
    openedAt: '2026-01-01T10:00:00.000Z',
    expiresAt: UNTIL,
  };
  const begun = { workflowId: WORKFLOW, startedBy: name, manifestHash: '', tenantId: 't', temporal: { address: 'a', namespace: 'prod' } };
  const records: JournalRecord[] = [
    { type: 'run-started', ...begun },
    { type: 'policy', policy: { identity, ...POLICY } },
    { type: 'plan', planHash: hash, artifact: '', items: plan.items.length },
    opened,
    ...after,
  ];
  return planPageOf(RUN, lines(records), plan);
}

const { hash, ...plan } = planOf(
  [
    finding('reader', { system: 'aws:1' }),
    finding('writer', { system: 'aws:2', risk: 'write' }),
    finding('plumbing', { system: 'aws:3', risk: 'none' }),
    finding('controller', { system: 'aws:3', risk: 'takeover', hold: { code: 'OwnedByStack', reason: 'stack x made it' } }),
  ],
  {
    bystanders: [{ system: 'aws:9', id: 'defender-role', why: "Defender's own", uses: [], defender: true }],
    unknown: [{ system: 'aws:444455556666', reason: 'AccessDenied: no' }],
  },
);

const text = (html: string): string =>
  html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ').replaceAll('&quot;', '"'); // prettier-ignore
const shown = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 'gs'))].map((m) => text(m[1] ?? '').trim());

test('accounts stand with the worst rights first, and in each the worst right', () => {
  const page = asked(plan);
  const what = page.slice(page.indexOf('What goes, and why'));
  expect(shown(what, 'h3').slice(0, 4)).toEqual(['AWS 3 2 items', 'AWS 2 1 item', 'AWS 1 1 item', 'AWS 444455556666 1 item']);
  expect(shown(what, 'article').map((a) => a.slice(0, 40))[0]).toContain('take-over role controller');
  expect(text(page)).toContain('Take-over rights that go: 1 item role controller , AWS 3');
});

test('what is held for one reason stands under it, and the reason once', () => {
  const hold = { code: 'SharedTrust', reason: 'somebody else uses it' };
  const held = ['one', 'two'].map((name) => finding(name, { system: `aws:${name}`, hold }));
  const { hash: _, ...many } = planOf([...held, finding('free')]);
  const page = asked(many);
  const list = page.slice(page.indexOf('Held until'), page.indexOf('What goes, and why'));
  expect(text(list)).toBe(
    'Held until an approver decides: 2 items SharedTrust: somebody else uses it role one , AWS one role two , AWS two ',
  );
});

test('what is held, what could not be read, what stays and each warning are told with their reason', () => {
  const told = text(asked(plan));
  for (const words of [
    'OwnedByStack: stack x made it',
    'AccessDenied: no',
    "Defender's own",
    'Warning: Microsoft Defender for Cloud is set up',
  ])
    expect(told).toContain(words);
});

test('who asks, until when and the whole hash stand above what goes', () => {
  const page = asked(plan);
  const head = text(page.slice(0, page.indexOf('In short')));
  expect(head).toContain('waits for a decision until 2026-01-08 10:00:00 UTC');
  expect(head).toContain('Asked for by sam, 2026-01-01 10:00:00 UTC');
  expect(head).toContain(` ${hash} `);
});

test('the hash is that of what is shown: with one item less it is another', () => {
  const [, ...fewer] = plan.items;
  const less = { ...plan, items: fewer };
  expect(asked(less)).toContain(planHash(less));
  expect(asked(less)).not.toContain(hash);
});

test('the statement that is shown is the one that is signed, but for what only its signer knows', () => {
  const [form = '', approve, sign, reject] = shown(asked(plan), 'pre');
  const message = { gate: 'plan', opening: 1, planHash: hash, by: 'riley', reason: 'read it' };
  const signed = parseStatement(statementText(whereOf('prod', RUN), 'approve', message, new Date(), 1));
  const fields = JSON.parse(form) as typeof signed;
  expect(fields).toEqual({
    ...signed,
    message: { ...message, by: 'NAME', reason: 'TEXT' },
    at: 'WHEN YOU SIGN',
    arriveBy: '15 MINUTES LATER',
    validUntil: 'AT MOST 30 DAYS LATER',
  });
  expect(approve).toBe(`offboard approve ${WORKFLOW} --gate plan --opening 1 --plan-hash ${hash} --by NAME --reason TEXT`);
  expect(sign).toBe(approve?.replace('approve', 'sign approve'));
  expect(reject).toContain(`offboard reject ${WORKFLOW} --gate plan`);
});

test('where names prove nothing the page says so, and asks for no signature', () => {
  const told = asked(plan, { identity: 'asserted' });
  expect(text(told)).toContain(ASSERTED);
  expect(told).not.toContain('--sign-with');
  expect(asked(plan)).toContain('--sign-with');
});

test('once it is decided, the page says by whom, and no longer how', () => {
  const decision = { kind: 'approve' as const, gate: 'plan' as const, opening: 1, planHash: hash, by: 'riley', reason: 'read it' };
  const page = asked(plan, {
    after: [
      { type: 'decision', decision, expiresAt: UNTIL },
      { type: 'gate-closed', gate: 'plan', opening: 1, outcome: 'approved' },
      { type: 'run-ended', status: 'completed', reason: '' },
    ],
  });
  expect(text(page)).toContain('Gate plan: approved by riley, 2026-01-01 10:00:04 UTC (read it). The run has ended: completed.');
  expect(page).not.toContain('How to decide');
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=https://evil.example/x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>@import url(https://evil.example)',
  '</pre><form action=https://evil.example>',
  '&lt;b&gt;&#60;script&#62;',
  '\u202egnp.exe\u202c',
  'line\nbreak\u0000\u001b[2J',
  '[link](javascript:alert(1))',
];

test.each(HOSTILE)('a name is text wherever it stands: %j', (name) => {
  const named = (n: string) => {
    const item = finding(n, { title: n, system: `aws:${n}`, why: [n], risk: 'takeover', hold: { code: n, reason: n } });
    const other = finding('after', { title: n, contains: [item.id], why: [n], onlyNamed: true });
    const made = planOf([item, other], {
      bystanders: [{ system: `aws:${n}`, id: n, why: n, uses: [] }],
      unknown: [{ system: `azure:${n}`, reason: n }],
    });
    const { hash: _, ...bare } = { ...made, tenantId: n, warnings: [n], excluded: [{ system: `gcp:${n}` as const, rule: n }] };
    return asked(bare, { name: n });
  };
  const page = named(name);
  expect(page.match(/<[^>]*>/g)).toEqual(named('x').match(/<[^>]*>/g));
  expect(isVisible(page.replaceAll('\n', ''))).toBe(true);
});

test('a browser fetches nothing for it and runs nothing in it, whatever it holds', () => {
  const page = asked(plan);
  const tags = (page.match(/<[^>]*>/g) ?? []).join('');
  expect(tags).not.toMatch(/<(script|link|img|iframe|object|embed|form|base|svg|video|audio)\b|\son\w+=|src=|srcset=/i);
  expect([...tags.matchAll(/href="([^"]*)"/g)].map((m) => m[1]).filter((href) => !href?.startsWith('#'))).toEqual([]);
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
  expect(style).not.toMatch(/url\(|@import/);
  const allowed = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  expect(page).toContain(`http-equiv="Content-Security-Policy" content="${allowed}"`);
});

test('each place that it leads to is there, once', () => {
  const page = asked(plan);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, place] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(place);
});
