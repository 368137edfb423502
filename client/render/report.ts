import { PHASE_TITLES } from '../../model/names.ts';
import type { RunSummary } from '../../model/summary.ts';
import { isWaived, reasonOf, stayingIn, toldDecision, toldLeftovers, toldOutcome } from '../../model/told.ts';

/** A run as its journal tells it, for a terminal. */
export function renderReport(s: RunSummary): string {
  const lines = [
    `${s.workflowId}   tenant ${s.tenantId}   started by ${s.startedBy} at ${s.startedAt}`,
    `${s.status}${s.reason ? `: ${s.reason}` : ''}   plan ${s.planHash ?? 'none'}`,
    '',
  ];
  for (const p of s.preconditions) lines.push(`Precondition not met: ${p}`);
  for (const [i, c] of s.phases.entries()) {
    lines.push(
      `${i + 1}. ${PHASE_TITLES[c.phase]}`,
      `   removed ${c.removed}, already gone ${c.alreadyGone}, waived ${c.waived}, blocked ${c.blocked}, failed ${c.failed}`,
    );
    for (const item of s.items.filter((it) => it.phase === c.phase)) {
      lines.push(`   - ${item.item}`, `       ${toldOutcome(item)}: ${isWaived(item) ? item.waived.reason : (item.outcome?.reason ?? '')}`);
    }
  }
  lines.push(
    '',
    ...section('Decisions', s.decisions, (d) => [`${d.at}  ${d.decision.by}  ${toldDecision(d)}`, reasonOf(d) && `reason: ${reasonOf(d)}`]),
  );
  lines.push(...section('Refused', s.refusals, (r) => [`${r.at}  ${r.decision.by}  ${toldDecision(r)}`, `${r.code}: ${r.message}`]));
  lines.push(
    ...section('Data collectors', s.collectors, (c) => [`${c.at}  ${c.collector}  ${c.event}${c.by ? ` by ${c.by}` : ''}`, c.detail]),
  );
  lines.push(...section('Stays by decision', stayingIn(s), (i) => [i.item, i.why]));
  lines.push(`Left over: ${toldLeftovers(s)}`);
  if (s.unknown.length > 0) lines.push(`Could not be read: ${s.unknown.join(', ')}`);
  if (s.endedAt) lines.push('', `Verify its evidence: offboard evidence verify ${s.workflowId}`);
  return `${lines.join('\n')}\n`;
}

/** A heading and its entries; nothing at all where there are none. */
function section<T>(title: string, entries: T[], tell: (entry: T) => [string, string | undefined]): string[] {
  if (entries.length === 0) return [];
  const told = entries.flatMap((entry) => {
    const [first, second] = tell(entry);
    return [`   ${first}`, ...(second ? [`       ${second}`] : [])];
  });
  return [`${title}:`, ...told, ''];
}
