import { spell, step, type NextStep } from '../../model/next-step.ts';
import { ownAccessWords } from '../../model/own-access.ts';
import type { Evidence, RunSummary } from '../../model/summary.ts';
import { decisionWords, reasonOf } from '../../model/messages/index.ts';
import { endWords } from '../../model/maybe-ours.ts';
import { doneIn } from '../../model/outcome.ts';
import { firstOfAll, firstWords, isWaived, phasesOf, stayingByDecision, outcomeWords, remainderWords } from '../../model/summary-words.ts';

/** `names`: how far a name in it can be trusted, where that is known. */
export function renderReport(s: RunSummary, program: string, names?: Evidence['names']): string {
  const spelled = (next: NextStep[] = [], indent = '') => next.map((n) => `${indent}${spell(n, program)}`);
  const lines = [
    `${s.workflowId}   tenant ${s.tenantId}   started by ${s.startedBy} at ${s.startedAt}`,
    ...(names === undefined ? [] : [`Names are ${names}`]),
    ...(s.adopted === undefined ? [] : [`It ${s.adopted}`]),
    `${endWords(s)}${s.reason ? `: ${s.reason}` : ''}   plan ${s.planHash ?? 'none'}`,
    ...spelled(s.next, '  '),
    ...(s.restores === undefined ? [] : [`gives back what was removed by ${s.restores}`]),
    '',
  ];
  const first = firstOfAll(s);
  if (first.length > 0) lines.push(...first.map(firstWords), '');
  for (const p of s.preconditions) lines.push(`Precondition not met: ${p.reason}`, ...spelled(p.next, '  '));
  for (const [i, { phase, title }] of phasesOf(s).entries()) {
    const c = s.phases.find((counts) => counts.phase === phase);
    const [[now, done], [already, before]] = doneIn(c, s);
    lines.push(
      `${i + 1}. ${title}`,
      `   ${now} ${done}, ${already} ${before}, waived ${c?.waived ?? 0}, blocked ${c?.blocked ?? 0}, failed ${c?.failed ?? 0}`,
    );
    for (const item of s.items.filter((it) => it.phase === phase)) {
      const why = isWaived(item) ? item.waived.reason : item.outcome?.reason;
      lines.push(`   - ${item.item}`, `       ${outcomeWords(item)}${why === undefined ? '' : `: ${why}`}`);
      if (!isWaived(item)) lines.push(...spelled(item.outcome?.next, '         '));
    }
  }
  lines.push(
    '',
    ...section('Decisions', s.decisions, (d) => [
      `${d.at}  ${d.decision.by}  ${decisionWords(d)}`,
      reasonOf(d) && `reason: ${reasonOf(d)}`,
    ]),
  );
  lines.push(...section('Refused', s.refusals, (r) => [`${r.at}  ${r.decision.by}  ${decisionWords(r)}`, `${r.code}: ${r.message}`]));
  lines.push(
    ...section('Data collectors', s.collectors, (c) => [`${c.at}  ${c.collector}  ${c.event}${c.by ? ` by ${c.by}` : ''}`, c.detail]),
  );
  lines.push(...section('Stays by decision', stayingByDecision(s), (i) => [i.item, i.why]));
  lines.push(...section('Left out by the manifest, so nothing is known of it', s.excluded ?? [], (e) => [e.system, e.rule]));
  const rest = remainderWords(s);
  lines.push(`${rest.heading}: ${rest.text}`);
  if (s.unknown.length > 0) lines.push(`Could not be read: ${s.unknown.join(', ')}`);
  if (s.ownAccess) {
    const { grants, unknown } = s.ownAccess;
    lines.push('', `What the worker itself may do: ${ownAccessWords(s.ownAccess)}`);
    lines.push(...grants.map((g) => `   - ${g.title}`), ...unknown.map((u) => `   - not known, ${u.system}: ${u.reason}`));
    lines.push(`To take it away: ${spell(step('own-access', s.workflowId, '--format', 'sh'), program)}`);
  }
  if (s.endedAt) lines.push('', `Verify its evidence: ${spell(step('evidence', 'verify', s.workflowId), program)}`);
  return `${lines.join('\n')}\n`;
}

/** A heading and its entries; nothing at all where there are none. */
function section<T>(title: string, entries: T[], tell: (entry: T) => [string, string | undefined]): string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap((entry) => {
    const [first, second] = tell(entry);
    return [`   ${first}`, ...(second ? [`       ${second}`] : [])];
  });
  return [`${title}:`, ...lines, ''];
}
