import { PHASE_TITLES } from '../../model/names.ts';
import { toldLeftovers, type RunSummary } from '../../model/summary.ts';

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
      const word = item.waived
        ? `waived by ${item.waived.by}: ${item.waived.reason}`
        : `${item.outcome?.outcome ?? 'not begun'}  ${item.outcome?.reason ?? ''}`;
      lines.push(`   - ${item.item}`, `       ${word}`);
    }
  }
  lines.push('', 'Decisions:');
  for (const d of s.decisions) lines.push(`   ${d.at}  ${d.decision.by}  ${d.decision.kind}`);
  lines.push('', `Left over: ${toldLeftovers(s)}`);
  if (s.unknown.length > 0) lines.push(`Could not be read: ${s.unknown.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
