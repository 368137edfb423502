import { ASSERTED } from '../model/identity/how.ts';
import { code, plain, sentence } from '../model/markdown.ts';
import { PHASE_TITLES, PHASES, RESTORE_TITLES } from '../model/names.ts';
import { endWords } from '../model/maybe-ours.ts';
import { counted } from '../model/counted.ts';
import { spell, step } from '../model/next-step.ts';
import type { RunView } from '../model/messages/status.ts';
import { doneIn } from '../model/outcome.ts';
import { waitingWords } from '../model/waiting-words.ts';

/** The UI cuts the last lines of what is wider than its frame off: these are there to be cut. */
const ROOM = ['', '\u00a0', '', '\u00a0', '', '\u00a0', '', '\u00a0'];

/** So many unresolved items are told here; `status` tells all. */
const MOST_ITEMS = 20;

/** The run in a few lines of Markdown, for the Temporal UI: where it is, what was done, whom it waits for, what to type. */
export function describe(view: RunView): string {
  const lines = [`**${view.paused ? 'Paused' : stageTitle(view)}**`, ''];
  if (view.identity === 'asserted') lines.push(ASSERTED, '');
  for (const words of view.first ?? []) lines.push(`**Note:** ${sentence(words, breakable)}`, '');
  if (view.ended) lines.push(`**${plain(endWords(view))}:** ${sentence(view.ended.reason)}`, '');
  for (const w of view.awaiting) {
    const until = w.until === undefined ? '' : `, until ${w.until}`;
    lines.push(
      `Waits for **${plain(w.whom)}**: ${sentence(waitingWords(w))}${until}. Type:`,
      '',
      ...w.next.flatMap((step) => [code(spell(step)), '']),
    );
  }
  lines.push(...howToDecide(view));
  if (view.planned.length > 0) {
    const [[done], [before]] = doneIn(undefined, view);
    lines.push(`| phase | planned | ${done} | ${before} | blocked | failed | waived |`, '|---|---|---|---|---|---|---|');
    for (const phase of PHASES) {
      const c = view.counts.find((counts) => counts.phase === phase);
      const planned = view.planned.find((p) => p.phase === phase)?.count ?? 0;
      if (!c) continue;
      const [[, now], [, already]] = doneIn(c, view);
      lines.push(`| ${phase} | ${planned} | ${now} | ${already} | ${c.blocked} | ${c.failed} | ${c.waived} |`);
    }
    lines.push('');
  }
  const { unresolved } = view;
  if (unresolved.length > 0)
    lines.push(
      view.ended ? 'All that is unresolved:' : 'What a decision means for each of these, and all of them:',
      '',
      code(spell(step('status', view.workflowId))),
      '',
    );
  for (const o of unresolved.slice(0, MOST_ITEMS))
    lines.push(`- ${o.outcome}: ${code(o.item, breakable)} (${plain(o.code ?? '')}) ${sentence(o.reason, breakable)}`);
  if (unresolved.length > MOST_ITEMS) lines.push(`- and ${counted(unresolved.length - MOST_ITEMS, 'other')}`);
  if (view.refusedUnread !== undefined) lines.push('', `Signals refused unread: ${view.refusedUnread}`);
  if (view.untold !== undefined) lines.push('', `Nobody could be told of the gate: ${plain(view.untold)}`);
  if (view.lastRefusal) lines.push('', `Last refusal: ${sentence(view.lastRefusal)}`);
  return [...lines, ...ROOM].join('\n');
}

/** At a gate: what weighs in its plan, the page to read, and how one decides from the UI itself. */
function howToDecide({ gate, workflowId, identity, weight }: RunView): string[] {
  if (!gate) return [];
  const { planHash, opening } = gate;
  const lines: string[] = [];
  if (weight) {
    const { items, takeover, held, warnings } = weight;
    lines.push(
      `Of ${counted(items, 'planned thing')} **${takeover} can take an account over**; a guard holds ${held}; the plan has ${counted(warnings, 'warning')}.`,
      '',
    );
  }
  lines.push('The plan as a page, to be read before:', '', code(spell(step('plan', workflowId, '--html', 'FILE'))), '');
  if (identity !== 'asserted') {
    const sign = step('sign', 'approve', workflowId, '--gate', gate.gate, '--plan-hash', planHash, '--by', 'NAME', '--reason', 'TEXT');
    return [...lines, 'From here: what this prints, as the signal `approve` (_Send a Signal_):', '', code(spell(sign)), ''];
  }
  const message = { gate: gate.gate, opening, planHash, by: 'NAME', reason: 'TEXT' };
  const said = Object.entries(message).map(([field, value]) => `  "${field}": ${JSON.stringify(value)}`);
  return [
    ...lines,
    'From here: this, as the signal `approve` or `reject` (_Send a Signal_):',
    '',
    '```json',
    '{',
    said.join(',\n'),
    '}',
    '```',
    '',
  ];
}

/** The UI cuts off what stands on one line and is wider than its frame: long names may break in their middle. */
function breakable(words: string): string {
  return words.replaceAll(/\S{30,}/g, (long) => long.replaceAll(/[/#:@?=,]/g, `$&${BREAK}`));
}

/** Where a line may break, unseen. */
const BREAK = '\u200b';

function stageTitle(view: RunView): string {
  const phase = PHASES.find((p) => p === view.stage);
  if (!phase) return `Stage: ${view.stage}`;
  return view.restores === undefined ? `Phase ${PHASES.indexOf(phase) + 1}: ${PHASE_TITLES[phase]}` : RESTORE_TITLES[phase];
}
