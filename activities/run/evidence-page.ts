import { PHASE_TITLES, type Phase } from '../../model/names.ts';
import type { PhaseCounts } from '../../model/outcome.ts';
import type { Evidence, RunSummary } from '../../model/summary.ts';
import { isWaived, reasonOf, stayingIn, toldDecision, toldLeftovers, toldOutcome } from '../../model/told.ts';

/** The evidence as one readable page without scripts or links to elsewhere. Everything shown is escaped. */
export function evidencePage({ run, summary: s, journal }: Evidence): string {
  const staying = stayingIn(s);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Offboarding evidence ${esc(s.tenantId)}</title>
<style>${STYLE}</style>
<h1>Offboarding of Microsoft Entra Permissions Management</h1>
<p class="status ${esc(s.status)}"><b>${esc(s.status)}</b> ${esc(s.reason)}</p>
<dl>${terms([
    ['Tenant', s.tenantId],
    ['Run', run],
    ['Started by', `${s.startedBy}, ${s.startedAt}`],
    ['Ended', s.endedAt ?? ''],
    ['Plan', s.planHash ?? 'none'],
    ['Left over', toldLeftovers(s)],
    ['Could not be read', s.leftovers === null ? 'not verified' : s.unknown.length === 0 ? 'nothing' : s.unknown.join(', ')],
  ])}</dl>
${s.preconditions.length > 0 ? `<h2>Preconditions not met</h2><ul>${s.preconditions.map((p) => `<li>${esc(p)}`).join('')}</ul>` : ''}
<h2>Decisions</h2>
<table><tr><th>When<th>Who<th>What<th>Reason</tr>${s.decisions.map((d) => row([d.at, d.decision.by, toldDecision(d), reasonOf(d)])).join('')}</table>
${s.phases.map((counts, i) => phaseSection(s, counts, i + 1)).join('\n')}
<h2>Data collectors</h2>
<table><tr><th>When<th>Collector<th>What<th>By</tr>${s.collectors.map((c) => row([c.at, c.collector, `${c.event} ${c.detail ?? ''}`, c.by ?? ''])).join('')}</table>
${staying.length > 0 ? `<h2>Stays by decision</h2><table><tr><th>What<th>Who decided, and why</tr>${staying.map((i) => row([i.item, i.why])).join('')}</table>` : ''}
<h2>Not touched, and why</h2>
<table><tr><th>System<th>What<th>Why</tr>${s.untouched.map((u) => row([u.system, u.id, u.reason])).join('')}</table>
${s.refusals.length > 0 ? `<h2>Refused</h2><table><tr><th>When<th>Who<th>What<th>Why not</tr>${s.refusals.map((r) => row([r.at, r.decision.by, toldDecision(r), r.message])).join('')}</table>` : ''}
<h2>Journal</h2>
<p>Each line of journal.jsonl holds the SHA-256 of the line before it in its segment. These are the last ones.</p>
<table><tr><th>Segment<th>Lines<th>SHA-256 of the last line</tr>${journal.map((j) => row([j.segment, String(j.lines), j.head])).join('')}</table>
</html>
`;
}

function phaseSection(s: RunSummary, counts: PhaseCounts, number: number): string {
  const items = s.items.filter((i) => i.phase === counts.phase);
  const rows = items.map((i) =>
    row([
      toldOutcome(i),
      i.title,
      i.why.join('; '),
      isWaived(i) ? `${i.waived.reason} (held: ${i.outcome?.reason ?? ''})` : (i.outcome?.reason ?? ''),
    ]),
  );
  return `<h2>${number}. ${esc(PHASE_TITLES[counts.phase satisfies Phase])}</h2>
<p>removed ${counts.removed}, already gone ${counts.alreadyGone}, skipped ${counts.skipped}, waived ${counts.waived}, blocked ${counts.blocked}, failed ${counts.failed}</p>
<table><tr><th>Outcome<th>What<th>Why it is ours<th>How it ended</tr>${rows.join('')}</table>`;
}

const row = (cells: string[]): string => `<tr>${cells.map((c) => `<td>${esc(c)}`).join('')}</tr>`;
const terms = (pairs: [string, string][]): string => pairs.map(([k, v]) => `<dt>${esc(k)}<dd>${esc(v)}`).join('');

function esc(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #d8d8de;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f4f4f7}dl{display:grid;grid-template-columns:11rem 1fr;gap:.25rem}dt{color:#55555e}dd{margin:0;overflow-wrap:anywhere}
.status{padding:.6rem .9rem;border-left:5px solid #b3261e;background:#fbeeee}.status.completed{border-color:#1a7f37;background:#eefaf0}`;
