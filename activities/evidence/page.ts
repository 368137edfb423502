import { visible } from '../../model/visible.ts';
import { endWords } from '../../model/maybe-ours.ts';
import type { Phase } from '../../model/names.ts';
import { spell, step, type NextStep } from '../../model/next-step.ts';
import type { Undoing } from '../../model/restore.ts';
import { ownAccessWords } from '../../model/own-access.ts';
import { NAMES, type Evidence, type RunSummary } from '../../model/summary.ts';
import { decisionWords, reasonOf } from '../../model/messages/index.ts';
import { doneIn } from '../../model/outcome.ts';
import { isWaived, phasesOf, stayingByDecision, outcomeWords, remainderWords } from '../../model/summary-words.ts';

/** The evidence as one readable page without scripts or links to elsewhere. Everything shown is escaped. */
export function evidencePage({ run, names, summary: s, undo, journal }: Evidence): string {
  const staying = stayingByDecision(s);
  const rest = remainderWords(s);
  const words = s.restores === undefined ? OFFBOARDING : RESTORE;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${words.title} ${esc(s.tenantId)}</title>
<style>${STYLE}</style>
<h1>${words.heading}</h1>
<p class="status ${esc(s.status)}"><b>${esc(endWords(s))}</b> ${esc(s.reason)}${lines(s.next)}</p>
${accessSection(s)}${excludedSection(s)}<dl>${terms([
    ['Tenant', s.tenantId],
    ['Run', run],
    ...(s.restores === undefined ? [] : [['Gives back what was removed by', s.restores] as [string, string]]),
    ...(s.adopted === undefined ? [] : [['Adoption', s.adopted] as [string, string]]),
    ['Started by', `${s.startedBy}, ${s.startedAt}`],
    ['Ended', s.endedAt ?? ''],
    ['Plan', s.planHash ?? 'none'],
    [rest.heading, rest.text],
    ...(s.restores === undefined ? [['Could not be read', unread(s)] as [string, string]] : []),
  ])}</dl>
${s.preconditions.length > 0 ? `<h2>Preconditions not met</h2><ul>${s.preconditions.map((p) => `<li>${esc(p.reason)}${lines(p.next)}`).join('')}</ul>` : ''}
<h2>Decisions</h2>
<p>Names here and below were ${esc(names)}${names === NAMES.asserted || names === NAMES.both ? ': each is what a person said who they are' : ''}.</p>
<table><tr><th>When<th>Who<th>What<th>Reason</tr>${s.decisions.map((d) => row([d.at, d.decision.by, decisionWords(d), reasonOf(d)])).join('')}</table>
${phasesOf(s)
  .map(({ phase, title }, i) => phaseSection(s, phase, `${i + 1}. ${title}`))
  .join('\n')}
${
  s.restores === undefined
    ? `<h2>Data collectors</h2>
<table><tr><th>When<th>Collector<th>What<th>By</tr>${s.collectors.map((c) => row([c.at, c.collector, `${c.event} ${c.detail ?? ''}`, c.by ?? ''])).join('')}</table>`
    : ''
}
${staying.length > 0 ? `<h2>${words.staying}</h2><table><tr><th>What<th>Who decided, and why</tr>${staying.map((i) => row([i.item, i.why])).join('')}</table>` : ''}
${undoSection(undo)}
<h2>${words.untouched}</h2>
<table><tr><th>System<th>What<th>Why</tr>${s.untouched.map((u) => row([u.system, u.id, u.reason])).join('')}</table>
${s.refusals.length > 0 ? `<h2>Refused</h2><table><tr><th>When<th>Who<th>What<th>Why not</tr>${s.refusals.map((r) => row([r.at, r.decision.by, decisionWords(r), r.message])).join('')}</table>` : ''}
${ownAccessSection(s)}
<h2>Journal</h2>
<p>Each line of journal.jsonl holds the SHA-256 of the line before it.</p>
<table><tr><th>Lines<th>SHA-256 of the last line</tr>${row([String(journal.lines), journal.head])}</table>
</html>
`;
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
  return `<h2>Access that stays</h2>\n<ul>${access.map((words) => `<li>${esc(words.slice(words.indexOf(': ') + 2))}`).join('')}</ul>\n`;
}

/** What nobody looked at. */
function excludedSection({ excluded = [] }: RunSummary): string {
  if (excluded.length === 0) return '';
  return `<h2>Left out by the manifest: ${excluded.length}</h2>
<p>Nothing is known of these, nor of what lies below them.</p>
<table><tr><th>System<th>Left out by</tr>${excluded.map((e) => row([e.system, e.rule])).join('')}</table>
`;
}

/** What the tool was given, and what nobody has taken back yet. */
function ownAccessSection({ ownAccess, workflowId }: RunSummary): string {
  if (ownAccess === undefined) return '';
  const { identities, grants, unknown } = ownAccess;
  const rows = [
    ...grants.map((g) => row([g.system, g.title, g.holder, g.doubt === undefined ? '' : `perhaps not for this job alone: ${g.doubt}`])),
    ...unknown.map((u) => row([u.system, 'not known', '', u.reason])),
  ];
  return `<h2>What the worker itself may do</h2>
<p>As it was read when the run ended: ${esc(ownAccessWords(ownAccess))}. This tool takes none of it away. The script that does:
<code>${esc(spell(step('own-access', workflowId, '--format', 'sh')))}</code></p>
<dl>${terms(identities.map((i) => [i.cloud, i.id]))}</dl>
<table><tr><th>System<th>What<th>Held by<th>Note</tr>${rows.join('')}</table>`;
}

/** What cannot be undone first, then what can for a while only, then the rest. */
function undoSection(undo: Undoing[]): string {
  if (undo.length === 0) return '';
  const never = undo.filter((u) => u.impossible !== undefined);
  const rest = undo.filter((u) => u.impossible === undefined);
  const order = [...never, ...rest.filter((u) => u.until !== undefined), ...rest.filter((u) => u.until === undefined)];
  const rows = order.map((u) => row([u.title, u.impossible === undefined ? (u.until ?? 'at any time, made again') : 'never', lossOf(u)]));
  return `<h2>What cannot be undone, and until when the rest can</h2>
<p>${never.length} of ${undo.length} removed things cannot be given back. Told as it was when the run ended; a restore's dry run tells it for today.</p>
<table><tr><th>What<th>Can be given back until<th>What is lost</tr>${rows.join('')}</table>`;
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
  const rows = items.map((i) =>
    row([
      outcomeWords(i),
      i.title,
      i.losses ? i.losses.join('; ') : `ours ${(i.because ?? i.why).join(', ')}`,
      isWaived(i) ? `${i.waived.reason} (held: ${i.outcome?.reason ?? ''})` : (i.outcome?.reason ?? ''),
    ]),
  );
  const open = { skipped: counts?.skipped, waived: counts?.waived, blocked: counts?.blocked, failed: counts?.failed };
  const numbers = [...doneIn(counts, s), ...Object.entries(open)].map(([word, n]) => `${word} ${n ?? 0}`);
  const third = s.restores === undefined ? OFFBOARDING.third : RESTORE.third;
  return `<h2>${esc(title)}</h2>
<p>${numbers.join(', ')}</p>
<table><tr><th>Outcome<th>What<th>${third}<th>How it ended</tr>${rows.join('')}</table>`;
}

const row = (cells: string[]): string => `<tr>${cells.map((c) => `<td>${esc(c)}`).join('')}</tr>`;
const terms = (pairs: [string, string][]): string => pairs.map(([k, v]) => `<dt>${esc(k)}<dd>${esc(v)}`).join('');

/** What may be typed, a line each. */
const lines = (next: NextStep[] = []): string => next.map((step) => `<br><code>${esc(spell(step))}</code>`).join('');

function esc(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%;table-layout:fixed}
td,th{border-bottom:1px solid #d8d8de;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f4f4f7}th:first-child:nth-last-child(n+3){width:min(13rem,25%)}dl{display:grid;grid-template-columns:11rem 1fr;gap:.25rem}dt{color:#55555e}dd{margin:0;overflow-wrap:anywhere}
.status{padding:.6rem .9rem;border-left:5px solid #b3261e;background:#fbeeee}.status.completed{border-color:#1a7f37;background:#eefaf0}`;
