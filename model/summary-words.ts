import { firstLines } from './access-that-stays.ts';
import { waivedWords, type Waiver } from './decided.ts';
import { excludedWords, NOTHING_KNOWN } from './exclusion.ts';
import { maybeOursWords } from './maybe-ours.ts';
import { PHASE_TITLES, PHASES, RESTORE_TITLES, type Phase } from './names.ts';
import { isResolved, LIFTED } from './outcome.ts';
import { PROTECTED } from './plan.ts';
import type { RunSummary } from './summary.ts';

/** A run's record in words, the same on the terminal and on the page of evidence. */

/** The phases in the order a run goes through them, with their headings: a restore goes backwards. */
export function phasesOf({ restores }: { restores?: string }): { phase: Phase; title: string }[] {
  if (restores === undefined) return PHASES.map((phase) => ({ phase, title: PHASE_TITLES[phase] }));
  return PHASES.toReversed().map((phase) => ({ phase, title: RESTORE_TITLES[phase] }));
}

type Item = RunSummary['items'][number];

/** Left in place by an approver: waived, and not resolved after all. */
export function isWaived(item: Item): item is Item & { waived: Waiver } {
  return item.waived !== undefined && !(item.outcome && isResolved(item.outcome.outcome));
}

/** How an item came to be left in place, and by whom. */
function leftBy({ outcome, waived }: Item & { waived: Waiver }): string {
  return outcome?.code === LIFTED ? `lifted by ${waived.by}` : waivedWords(waived);
}

/** What became of an item, in one word where the vocabulary of outcomes has it: sign-in is never removed, it is disabled. */
export function outcomeWords(item: Item): string {
  if (isWaived(item)) return leftBy(item);
  const word = item.outcome?.outcome ?? 'not begun';
  if (item.phase !== 'sign-in') return word;
  return word === 'removed' ? 'disabled' : word === 'already-gone' ? 'disabled already' : word;
}

/** Something of ours that stays because somebody decided so. */
export interface Staying {
  item: string;
  how: 'waived' | 'protected';
  /** Who and why. */
  why: string;
}

/** Everything that stays by decision: waived by an approver during the run, or protected by the manifest from the start. */
export function stayingByDecision(summary: Pick<RunSummary, 'items' | 'untouched' | 'startedBy'>): Staying[] {
  const waived = summary.items.filter(isWaived).map((i) => ({ item: i.item, why: `${leftBy(i)}: ${i.waived.reason}` }));
  const kept = summary.untouched.filter((u) => u.reason === PROTECTED);
  return [
    ...waived.map((w) => ({ ...w, how: 'waived' as const })),
    ...kept.map((u) => ({ item: u.id, how: 'protected' as const, why: `${PROTECTED} that ${summary.startedBy} started with` })),
  ];
}

/** A line of it where there is no place for a heading. */
export function firstWords(words: string): string {
  return `NOTE: ${words}.`;
}

/** What must be heard of before anything else: access that stays, the first so many of it, and what the manifest leaves out. */
export function firstOfAll({ access = [], excluded = [] }: Pick<RunSummary, 'access' | 'excluded'>, most = Infinity): string[] {
  const out = excludedWords(excluded);
  return [...firstLines(access, most), ...(out === undefined ? [] : [out])];
}

/** What is left over: without a verification nobody knows, and what stays by decision is counted, never passed over. */
export function leftoverWords(
  summary: Pick<RunSummary, 'leftovers' | 'items' | 'untouched' | 'startedBy' | 'maybeOurs' | 'unknown' | 'excluded'>,
): string {
  if (summary.leftovers === null) return 'not verified';
  const maybe = maybeOursWords(summary.maybeOurs);
  const unread = summary.unknown.length === 0 ? undefined : `${NOTHING_KNOWN} ${summary.unknown.join(', ')}, which could not be read`;
  const unsaid = [unread, excludedWords(summary.excluded ?? [])].filter((words) => words !== undefined);
  const read = unsaid.length === 0 ? '' : ' in what was read';
  return [`${certainlyLeft(summary, summary.leftovers, maybe === '')}${read}`, ...(maybe ? [maybe] : []), ...unsaid].join('; ');
}

function certainlyLeft(summary: Pick<RunSummary, 'items' | 'untouched' | 'startedBy'>, leftovers: string[], sure: boolean): string {
  if (leftovers.length > 0) return leftovers.join(', ');
  const staying = stayingByDecision(summary);
  if (staying.length === 0) return sure ? 'nothing' : 'nothing that is ours for certain';
  const by = Map.groupBy(staying, (s) => s.how);
  return `nothing but what stays by decision: ${[...by].map(([how, of]) => `${of.length} ${how}`).join(', ')}`;
}

/** What is not as it was to be at the end, under its heading. */
export function remainderWords(summary: RunSummary): { heading: string; text: string } {
  if (summary.restores === undefined) return { heading: 'Left over', text: leftoverWords(summary) };
  const open = summary.items.filter((i) => !(i.outcome && isResolved(i.outcome.outcome))).map((i) => i.item);
  const rest = [...open, ...summary.untouched.map((u) => u.id)];
  return { heading: 'Not given back', text: rest.length === 0 ? 'nothing' : rest.join(', ') };
}
