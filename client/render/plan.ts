import { NOT_RECOGNISED } from '../../model/guards/foreign.ts';
import { KINDS } from '../../activities/kinds.ts';
import { undoOfAll } from '../../activities/plan/restorability.ts';
import { PHASE_TITLES, PHASES, RISK_MEANINGS, RISKS, SYSTEM_TYPE_NAMES, SYSTEM_TYPES, systemType } from '../../model/names.ts';

import type { Plan, PlanItem, Untouched } from '../../model/plan.ts';
import { isRestorePlan, type RestoreItem, type RestorePlan } from '../../model/restore.ts';
import { phasesOf } from '../../model/summary-words.ts';
import { counted } from '../../model/counted.ts';
import { isToldFirst } from '../../model/told-first.ts';
import { section } from './section.ts';

/** As many as leave room for the rest of the summary; the list above it has all. */
const MOST_NAMED = 5;

/** The plan for a person who is to approve it: what goes and why, in order; what is held; what stays and why; last the summary. */
export function renderPlan(plan: Plan, hash: string): string {
  const lines = [
    `Plan ${hash}`,
    `Tenant ${plan.tenantId}`,
    ...firstOfAll(plan),
    '',
    ...phases(plan, (item) => [
      `${item.onlyNamed ? NOT_RECOGNISED : 'ours'}: ${item.why.join('; ')}`,
      ...(item.guard ? [`HELD (${item.guard.code}): ${item.guard.reason}`] : []),
      ...(item.override === undefined ? [] : [`guard lifted: ${item.override}`]),
    ]),
    `Not touched: ${plan.untouched.length}`,
    ...untouched(plan),
  ];
  return `${lines.join('\n')}\n\n${renderPlanSummary(plan, hash)}`;
}

/** The plan of a restore for a person who is to approve it: what comes back, in order, what it loses, and what does not come back. */
export function renderRestorePlan(plan: RestorePlan, hash: string): string {
  const lines = [
    `Restore plan ${hash}`,
    `Tenant ${plan.tenantId}`,
    `Gives back what was removed by ${plan.restores}`,
    '',
    ...phases(plan, ({ removedAt, dependsOn, losses }) => [
      `removed at ${removedAt}`,
      ...dependsOn.map((id) => `after ${id}`),
      ...losses.map((loss) => `NOT THE SAME: ${loss}`),
    ]),
    `Cannot or will not be given back: ${counted(plan.untouched.length, 'item')}`,
    ...untouched(plan),
  ];
  return `${lines.join('\n')}\n\n${renderRestoreSummary(plan, hash)}`;
}

function renderRestoreSummary(plan: RestorePlan, hash: string): string {
  const lossy = plan.items.filter((i) => i.losses.length > 0);
  const lines = [
    `Summary of restore plan ${hash}`,
    ...section('TAKE-OVER RIGHTS that come back', plan.items.filter(takesOver), named, MOST_NAMED, LISTED),
    `  given back: ${counted(plan.items.length, 'item')}`,
    `  with losses: ${counted(lossy.length, 'item')}`,
    `  not given back: ${counted(plan.untouched.length, 'item')}`,
    ...byCloud(plan.items),
    ...plan.warnings.map((warning) => `WARNING: ${warning}.`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Phase by phase the items, each with what `more` tells of it. */
function phases<I extends PlanItem | RestoreItem>(plan: { items: I[]; restores?: string }, more: (item: I) => string[]): string[] {
  return phasesOf(plan).flatMap(({ phase, title }, n) => {
    const items = plan.items.filter((i) => i.phase === phase);
    const lines = items.flatMap((item) => [
      `   - ${item.title}${item.risk === 'none' ? '' : `  [${item.risk}]`}`,
      ...[item.id, ...more(item)].map((line) => `       ${line}`),
    ]);
    return [`${n + 1}. ${title}: ${items.length}`, ...lines, ''];
  });
}

function untouched(plan: { untouched: Untouched[] }): string[] {
  return plan.untouched.map((u) => `   - ${u.id} (${u.system}): ${u.reason}`);
}

/** What an approver must not miss, short enough to stand above the question. */
export function renderSummary(plan: Plan, hash: string): string {
  return isRestorePlan(plan) ? renderRestoreSummary(plan, hash) : renderPlanSummary(plan, hash);
}

/** Take-over rights first; counts, what the marks mean, held, unread, what cannot be undone, warnings. */
export function renderPlanSummary(plan: Plan, hash: string): string {
  const held = plan.items.filter((i) => i.guard);
  const lines = [
    `Summary of plan ${hash}`,
    ...firstOfAll(plan),
    ...section('TAKE-OVER RIGHTS that go', plan.items.filter(takesOver), named, MOST_NAMED, LISTED),
    ...PHASES.map(
      (phase, n) => `  ${n + 1}. ${PHASE_TITLES[phase]}: ${counted(plan.items.filter((i) => i.phase === phase).length, 'item')}`,
    ),
    ...byCloud(plan.items),
    `  not touched: ${counted(plan.untouched.length, 'object')}`,
    'What the rights that go allow:',
    ...RISKS.map((risk) => ({ risk, count: plan.items.filter((i) => i.risk === risk).length }))
      .filter(({ count }) => count > 0)
      .map(({ risk, count }) => `  ${risk === 'none' ? 'no mark' : `[${risk}]`}: ${count}, ${RISK_MEANINGS[risk]}`),
  ];
  lines.push(
    ...section('HELD until an approver decides', held, (i) => `${i.id} (${i.guard?.code ?? ''})`, MOST_NAMED, LISTED),
    ...section('COULD NOT BE READ', plan.unknown, (u) => `${u.system}: ${u.reason}`, MOST_NAMED, LISTED),
    ...undoing(plan),
  );
  for (const warning of plan.warnings.filter((w) => !isToldFirst(w))) lines.push(`WARNING: ${warning}.`);
  return `${lines.join('\n')}\n`;
}

function firstOfAll({ warnings }: Plan): string[] {
  return warnings.filter(isToldFirst).map((warning) => `WARNING: ${warning}.`);
}

/** Above the question of an approval no list stands. */
const LISTED = 'listed in the plan';
const takesOver = ({ risk }: PlanItem) => risk === 'takeover';
const named = ({ title, system, guard }: PlanItem) => `${title} (${system})${guard ? `, held: ${guard.code}` : ''}`;

function byCloud(items: readonly PlanItem[]): string[] {
  const counts = Map.groupBy(items, (i) => systemType(i.system));
  const told = SYSTEM_TYPES.flatMap((type) => (counts.has(type) ? [`${SYSTEM_TYPE_NAMES[type]} ${counts.get(type)?.length ?? 0}`] : []));
  return told.length === 0 ? [] : [`  by cloud: ${told.join(', ')}`];
}

/** What no restore brings back once it is gone, and what one brings back only for a while, were all of it removed now. */
function undoing(plan: Plan): string[] {
  const now = new Date();
  const undo = undoOfAll(KINDS, plan, now);
  const never = undo.filter((u) => u.impossible !== undefined);
  const whiles = Map.groupBy(
    undo.flatMap((u) => (u.until === undefined ? [] : [Math.round((Date.parse(u.until) - now.getTime()) / DAY_MS)])),
    (days) => days,
  );
  return [
    ...section('CANNOT BE UNDONE', never, (u) => `${u.title}: ${u.impossible ?? ''}`, MOST_NAMED, LISTED),
    ...[...whiles]
      .toSorted(([a], [b]) => a - b)
      .map(([days, of]) => `Can be undone as it was for ${days} days only: ${counted(of.length, 'item')}`),
  ];
}

const DAY_MS = 86_400_000;
