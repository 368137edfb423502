import { ASSERTED } from '../../model/identity/how.ts';
import { spell, step, type CommandName } from '../../model/next-step.ts';
import { choiceWords, together } from '../../model/choice.ts';
import { endWords } from '../../model/maybe-ours.ts';
import { doneIn } from '../../model/outcome.ts';
import { firstWords, phasesOf } from '../../model/summary-words.ts';
import type { RunView } from '../../model/messages/status.ts';
import { waitingFor } from './waiting.ts';

/** An activity that failed and is tried again: a cloud that cannot be reached, mostly. `next` in ISO. */
export interface Retrying {
  activity: string;
  attempt: number;
  reason: string;
  next: string;
}

/** An activity that waits since a cloud takes no more calls for the moment. `until` in ISO, by what is known now. */
export interface Throttled {
  activity: string;
  for: string;
  until: string;
}

/** Each in a line, the longest wait of several for one first and alone. */
export function throttledWords(throttled: readonly Throttled[], now = Date.now()): string[] {
  return [...Map.groupBy(throttled, (t) => t.for)].map(([service, all]) => {
    const seconds = Math.max(...all.map((t) => Math.ceil((Date.parse(t.until) - now) / 1_000)));
    const activities = [...new Set(all.map((t) => t.activity))].join(', ');
    return `waits ${Math.max(0, seconds)} s for ${service}, which takes no more calls for the moment (${activities})`;
  });
}

/** A run on one screen: where it is, what happened, what waits for whom, and what to type. `evidence`: its folder, where that is known. */
export function renderStatus(
  view: RunView,
  { retrying, throttled }: { retrying: Retrying[]; throttled: Throttled[] },
  evidence: string | undefined,
  program: string,
): string {
  const lines = [
    `${view.workflowId}   tenant ${view.tenantId}   started by ${view.startedBy}`,
    `${view.paused ? 'PAUSED in ' : ''}${view.stage}${view.status === 'running' ? '' : ` (${endWords(view)})`}   plan ${view.planHash ?? 'not made yet'}`,
    ...(view.identity === 'asserted' ? [ASSERTED] : []),
    ...(view.first?.length ? ['', ...view.first.map(firstWords)] : []),
    ...(view.ended ? ['', `${view.status}: ${view.ended.reason}`, ...(view.ended.next ?? []).map((n) => `  ${spell(n, program)}`)] : []),
    '',
  ];
  if (view.planned.length > 0) lines.push(...phaseTable(view), '');
  if (view.unknown.length > 0) lines.push(`Could not be read: ${view.unknown.join(', ')}`, '');
  if (view.unresolved.length > 0) {
    lines.push(`Unresolved (${view.unresolved.length}):`);
    for (const o of together(view.unresolved).slice(0, 30)) {
      lines.push(`  ${o.outcome}  ${o.item}`, `           ${o.code ?? ''}: ${o.reason}`);
      // Of a run that has ended nothing is decided any more.
      if (view.status !== 'running') continue;
      if (view.restores === undefined) lines.push(...choiceWords(o).map((words) => `             ${words}`));
      lines.push(...(o.next ?? []).map((n) => `             ${spell(n, program)}`));
    }
    if (view.unresolved.length > 30)
      lines.push(`  … and ${view.unresolved.length - 30} more (${spell(step('status', view.workflowId, '--json'), program)})`);
    lines.push('');
  }
  const waiting = waitingFor(view);
  for (const w of waiting) {
    lines.push(`Waits for ${w.whom}: ${w.what}`, ...(w.until === undefined ? [] : [`  until ${w.until}`]));
    lines.push(...w.next.map((n) => `  ${spell(n, program)}`), '');
  }
  for (const r of retrying) lines.push(`Tried again (${r.activity}, attempt ${r.attempt}, next ${r.next}): ${r.reason}`, '');
  const slow = throttledWords(throttled);
  for (const words of slow.slice(0, 10)) lines.push(`It ${words}`, '');
  if (slow.length > 10) lines.push(`… and for ${slow.length - 10} more`, '');
  const busy = waiting.length === 0 && retrying.length === 0 && slow.length === 0;
  if (busy && view.status === 'running') lines.push('Waits for nobody.', '');
  if (view.refusedUnread !== undefined) lines.push(`Signals refused unread: ${view.refusedUnread}; who else writes to this namespace?`, '');
  if (view.untold !== undefined) lines.push(`Nobody could be told of the gate: ${view.untold}; tell them yourself.`, '');
  if (view.lastRefusal) lines.push(`Last refusal: ${view.lastRefusal}`, '');
  if (view.status !== 'running') lines.push(...afterTheEnd(view, evidence, program));
  return lines.join('\n');
}

function afterTheEnd(view: RunView, evidence: string | undefined, program: string): string[] {
  const line = (command: CommandName, ...args: string[]) => `  ${spell(step(command, ...args), program)}`;
  const folder = evidence ?? `${view.run} in the worker's OFFBOARD_EVIDENCE_DIR`;
  return [
    `Evidence: ${folder}`,
    'What was decided, done and left, and whether the evidence is whole:',
    line('report', view.workflowId),
    line('evidence', 'verify', evidence ?? view.workflowId),
    ...(view.planHash === undefined
      ? []
      : ['What the worker itself may still do, and how it is taken away:', line('own-access', view.workflowId)]),
    '',
  ];
}

function phaseTable(view: RunView): string[] {
  const [now, before] = view.restores === undefined ? ['removed', 'gone'] : ['restored', 'there'];
  const quarantined = view.counts.some((c) => c.quarantined !== undefined);
  const head = ['', 'planned', ...(quarantined ? ['quarantined'] : []), now, before, 'waived', 'blocked', 'failed'];
  const rows = phasesOf(view).map(({ phase, title }, i) => {
    const c = view.counts.find((counts) => counts.phase === phase);
    const planned = view.planned.find((p) => p.phase === phase)?.count ?? 0;
    return [
      `${view.stage === phase ? '▶' : ' '} ${i + 1}. ${title}`,
      ...[planned, ...(quarantined ? [c?.quarantined] : []), ...doneIn(c, view).map(([, n]) => n), c?.waived, c?.blocked, c?.failed].map(
        (n) => String(n ?? 0),
      ),
    ];
  });
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((r) => (r[i] ?? '').length)));
  return [head, ...rows].map((r) => r.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '));
}
