import { PHASE_TITLES, PHASES } from '../../model/names.ts';
import type { Retrying } from '../retrying.ts';
import type { RunView } from '../../workflows/messages.ts';

/** A run on one screen: where it is, what happened, what waits for whom, and what to type. */
export function renderStatus(view: RunView, retrying: Retrying[] = []): string {
  const lines = [
    `${view.workflowId}   tenant ${view.tenantId}   started by ${view.startedBy}`,
    `${view.paused ? 'PAUSED in ' : ''}${view.stage}${view.status === 'running' ? '' : ` (${view.status})`}   plan ${view.planHash ?? 'not made yet'}`,
    '',
  ];
  if (view.planned.length > 0) lines.push(...phaseTable(view), '');
  if (view.unknown.length > 0) lines.push(`Could not be read: ${view.unknown.join(', ')}`, '');
  if (view.unresolved.length > 0) {
    lines.push(`Unresolved (${view.unresolved.length}):`);
    for (const o of view.unresolved.slice(0, 30)) lines.push(`  ${o.outcome}  ${o.item}`, `           ${o.code ?? ''}: ${o.reason}`);
    if (view.unresolved.length > 30) lines.push(`  … and ${view.unresolved.length - 30} more (offboard status --json)`);
    lines.push('');
  }
  for (const a of view.awaiting) lines.push(`Waits for ${a.whom}: ${a.what}`, `  until ${a.until}`, `  ${a.command}`, '');
  for (const r of retrying) lines.push(`Tried again (${r.activity}, attempt ${r.attempt}, next ${r.next}): ${r.reason}`, '');
  const busy = view.awaiting.length === 0 && retrying.length === 0;
  if (busy && view.status === 'running') lines.push('Waits for nobody.', '');
  if (view.lastRefusal) lines.push(`Last refusal: ${view.lastRefusal}`, '');
  return lines.join('\n');
}

function phaseTable(view: RunView): string[] {
  const head = ['', 'planned', 'removed', 'gone', 'waived', 'blocked', 'failed'];
  const rows = PHASES.map((phase, i) => {
    const c = view.counts.find((counts) => counts.phase === phase);
    const planned = view.planned.find((p) => p.phase === phase)?.count ?? 0;
    return [
      `${view.stage === phase ? '▶' : ' '} ${i + 1}. ${PHASE_TITLES[phase]}`,
      ...[planned, c?.removed, c?.alreadyGone, c?.waived, c?.blocked, c?.failed].map((n) => String(n ?? 0)),
    ];
  });
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((r) => (r[i] ?? '').length)));
  return [head, ...rows].map((r) => r.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '));
}
