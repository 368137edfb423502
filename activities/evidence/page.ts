import { endWords } from '../../model/maybe-ours.ts';
import type { Phase } from '../../model/names.ts';
import { spell, step } from '../../model/next-step.ts';
import type { Undoing } from '../../model/restore.ts';
import { ownAccessWords } from '../../model/own-access.ts';
import { NAMES, type Evidence, type RunSummary } from '../../model/summary.ts';
import { decisionWords, reasonOf } from '../../model/messages/index.ts';
import { doneIn } from '../../model/outcome.ts';
import { isWaived, phasesOf, stayingByDecision, outcomeWords, remainderWords } from '../../model/summary-words.ts';
import { esc, hashed, page, table, terms, typed } from './html.ts';

/** The evidence as one readable page without scripts or links to elsewhere. Everything shown is escaped. */
export function evidencePage({ run, names, summary: s, undo, journal }: Evidence): string {
  const staying = stayingByDecision(s);
  const rest = remainderWords(s);
  const words = s.restores === undefined ? OFFBOARDING : RESTORE;
  const body = [
    `<h1>${words.heading}</h1>`,
    `<p class="status ${esc(s.status)}"><b>${esc(endWords(s))}</b> ${esc(s.reason)}${typed(s.next)}</p>`,
    accessSection(s),
    excludedSection(s),
    terms([
      ['Tenant', s.tenantId],
      ['Run', run],
      ...(s.restores === undefined ? [] : [['Gives back what was removed by', s.restores] as [string, string]]),
      ...(s.adopted === undefined ? [] : [['Adoption', s.adopted] as [string, string]]),
      ['Started by', `${s.startedBy}, ${s.startedAt}`],
      ['Ended', s.endedAt ?? ''],
      [rest.heading, rest.text],
      ...(s.restores === undefined ? [['Could not be read', unread(s)] as [string, string]] : []),
    ]),
    `<p>Plan: ${s.planHash === undefined ? 'none' : `${hashed(s.planHash)}, as its approvers were shown it: <a href="plan.html">plan.html</a>`}</p>`,
    s.preconditions.length > 0
      ? `<h2>Preconditions not met</h2><ul>${s.preconditions.map((p) => `<li>${esc(p.reason)}${typed(p.next)}`).join('')}</ul>`
      : '',
    '<h2>Decisions</h2>',
    `<p>Names of those who decided were ${esc(names)}${names === NAMES.asserted || names === NAMES.both ? ': each is what a person said who they are' : ''}.</p>`,
    table(
      ['When', 'Who', 'What', 'Reason'],
      s.decisions.map((d) => [d.at, d.decision.by, decisionWords(d), reasonOf(d)]),
    ),
    ...phasesOf(s).map(({ phase, title }, i) => phaseSection(s, phase, `${i + 1}. ${title}`)),
    s.restores === undefined ? collectorSection(s) : '',
    staying.length > 0
      ? `<h2>${words.staying}</h2>${table(
          ['What', 'Who decided, and why'],
          staying.map((i) => [i.item, i.why]),
        )}`
      : '',
    undoSection(undo),
    `<h2>${words.untouched}</h2>`,
    table(
      ['System', 'What', 'Why'],
      s.untouched.map((u) => [u.system, u.id, u.reason]),
    ),
    s.refusals.length > 0
      ? `<h2>Refused</h2>${table(
          ['When', 'Who', 'What', 'Why not'],
          s.refusals.map((r) => [r.at, r.decision.by, decisionWords(r), r.message]),
        )}`
      : '',
    ownAccessSection(s),
    '<h2>Journal</h2>',
    '<p>Each line of journal.jsonl holds the SHA-256 of the line before it.</p>',
    `<p>Lines: ${journal.lines}; SHA-256 of the last line: ${hashed(journal.head)}</p>`,
  ];
  return page(`${words.title} ${s.tenantId}`, body.filter(Boolean).join('\n'));
}

const OFFBOARDING = {
  title: 'Offboarding evidence',
  heading: 'Offboarding of Microsoft Entra Permissions Management',
  untouched: 'Not touched, and why',
  staying: 'Stays by decision',
  third: 'Why it is ours',
};
const RESTORE = {
  title: 'Restore evidence',
  heading: 'Restore of what an offboarding of Microsoft Entra Permissions Management removed',
  untouched: 'Not given back, and why',
  staying: 'Stays away by decision',
  third: 'What is not the same again',
};

/** Before anything else: what should be nobody's way in any more, and is. */
function accessSection({ access = [] }: RunSummary): string {
  if (access.length === 0) return '';
  return `<h2>Access that stays</h2>\n<ul>${access.map((words) => `<li>${esc(words.slice(words.indexOf(': ') + 2))}`).join('')}</ul>`;
}

/** What nobody looked at. */
function excludedSection({ excluded = [] }: RunSummary): string {
  if (excluded.length === 0) return '';
  return `<h2>Left out by the manifest: ${excluded.length}</h2>
<p>Nothing is known of these, nor of what lies below them.</p>
${table(
  ['System', 'Left out by'],
  excluded.map((e) => [e.system, e.rule]),
)}`;
}

/** What the tool was given, and what nobody has taken back yet. */
function ownAccessSection({ ownAccess, workflowId }: RunSummary): string {
  if (ownAccess === undefined) return '';
  const { identities, grants, unknown } = ownAccess;
  const rows = [
    ...grants.map((g) => [g.system, g.title, g.holder, g.doubt === undefined ? '' : `perhaps not for this job alone: ${g.doubt}`]),
    ...unknown.map((u) => [u.system, 'not known', '', u.reason]),
  ];
  return `<h2>What the worker itself may do</h2>
<p>As it was read when the run ended: ${esc(ownAccessWords(ownAccess))}. This tool takes none of it away. The script that does:
<code>${esc(spell(step('own-access', workflowId, '--format', 'sh')))}</code></p>
${terms(identities.map((i) => [i.cloud, i.id]))}
${table(['System', 'What', 'Held by', 'Note'], rows)}`;
}

/** What cannot be undone first, then what can for a while only, then the rest. */
function undoSection(undo: Undoing[]): string {
  if (undo.length === 0) return '';
  const never = undo.filter((u) => u.impossible !== undefined);
  const rest = undo.filter((u) => u.impossible === undefined);
  const order = [...never, ...rest.filter((u) => u.until !== undefined), ...rest.filter((u) => u.until === undefined)];
  const rows = order.map((u) => [u.title, u.impossible === undefined ? (u.until ?? 'at any time, made again') : 'never', lossOf(u)]);
  return `<h2>What cannot be undone, and until when the rest can</h2>
<p>${never.length} of ${undo.length} removed things cannot be given back. Told as it was when the run ended; a restore's dry run tells it for today.</p>
${table(['What', 'Can be given back until', 'What is lost'], rows)}`;
}

function lossOf({ impossible, losses, until, afterwards }: Undoing): string {
  if (impossible !== undefined) return impossible;
  const later =
    until === undefined
      ? ''
      : `; after that: ${afterwards === undefined ? 'it never comes back' : `made again, without ${afterwards.join('; ')}`}`;
  return `${losses.join('; ') || 'nothing'}${later}`;
}

function unread(s: RunSummary): string {
  if (s.leftovers === null) return 'not verified';
  return s.unknown.length === 0 ? 'nothing' : s.unknown.join(', ');
}

function phaseSection(s: RunSummary, phase: Phase, title: string): string {
  const items = s.items.filter((i) => i.phase === phase);
  const counts = s.phases.find((c) => c.phase === phase);
  const rows = items.map((i) => [
    outcomeWords(i),
    i.title,
    i.losses ? i.losses.join('; ') : `ours ${(i.because ?? i.why).join(', ')}`,
    isWaived(i) ? `${i.waived.reason} (held: ${i.outcome?.reason ?? ''})` : (i.outcome?.reason ?? ''),
  ]);
  const open = { skipped: counts?.skipped, waived: counts?.waived, blocked: counts?.blocked, failed: counts?.failed };
  const numbers = [...doneIn(counts, s), ...Object.entries(open)].map(([word, n]) => `${word} ${n ?? 0}`);
  const third = s.restores === undefined ? OFFBOARDING.third : RESTORE.third;
  return `<h2>${esc(title)}</h2>
<p>${numbers.join(', ')}</p>
${rows.length === 0 ? '' : table(['Outcome', 'What', third, 'How it ended'], rows)}`;
}

function collectorSection({ collectors }: RunSummary): string {
  return `<h2>Data collectors</h2>
${table(
  ['When', 'Collector', 'What', 'By'],
  collectors.map((c) => [c.at, c.collector, `${c.event} ${c.detail ?? ''}`, c.by ?? '']),
)}`;
}
