import { assertNever, PHASE_TITLES, PHASES, RISKS, type Risk } from '../../model/names.ts';
import type { Plan } from '../../model/plan.ts';
import { firstOf } from './first-of.ts';
import { counted } from '../../model/counted.ts';

/** As many as leave room for the rest of the summary; the list above it has all. */
const MOST_NAMED = 5;

/** The plan for a person who is to approve it: what goes and why, in order; what is held; what stays and why; last the summary. */
export function renderPlan(plan: Plan, hash: string): string {
  const lines = [`Plan ${hash}`, `Tenant ${plan.tenantId}`, ''];
  for (const [n, phase] of PHASES.entries()) {
    const items = plan.items.filter((i) => i.phase === phase);
    lines.push(`${n + 1}. ${PHASE_TITLES[phase]}: ${items.length}`);
    for (const item of items) {
      const risk = item.risk === 'none' ? '' : `  [${item.risk}]`;
      lines.push(`   - ${item.title}${risk}`, `       ${item.id}`, `       ours: ${item.why.join('; ')}`);
      if (item.guard) lines.push(`       HELD (${item.guard.code}): ${item.guard.reason}`);
      if (item.override !== undefined) lines.push(`       guard lifted: ${item.override}`);
    }
    lines.push('');
  }
  lines.push(`Not touched: ${plan.untouched.length}`);
  for (const u of plan.untouched) lines.push(`   - ${u.id} (${u.system}): ${u.reason}`);
  return `${lines.join('\n')}\n\n${renderPlanSummary(plan, hash)}`;
}

/** What an approver must not miss, short enough to stand above the question: counts, what the marks mean, held, unread, warnings. */
export function renderPlanSummary(plan: Plan, hash: string): string {
  const held = plan.items.filter((i) => i.guard);
  const lines = [
    `Summary of plan ${hash}`,
    ...PHASES.map(
      (phase, n) => `  ${n + 1}. ${PHASE_TITLES[phase]}: ${counted(plan.items.filter((i) => i.phase === phase).length, 'item')}`,
    ),
    `  not touched: ${counted(plan.untouched.length, 'object')}`,
    'What the rights that go allow:',
    ...RISKS.map((risk) => ({ risk, count: plan.items.filter((i) => i.risk === risk).length }))
      .filter(({ count }) => count > 0)
      .map(({ risk, count }) => `  ${risk === 'none' ? 'no mark' : `[${risk}]`}: ${count}, ${meaningOf(risk)}`),
  ];
  if (held.length > 0)
    lines.push(
      `HELD until an approver decides: ${held.length}`,
      ...firstOf(
        held.map((i) => `  ${i.id} (${i.guard?.code ?? ''})`),
        MOST_NAMED,
        'marked above',
      ),
    );
  if (plan.unknown.length > 0)
    lines.push(
      `COULD NOT BE READ: ${plan.unknown.length}`,
      ...firstOf(
        plan.unknown.map((u) => `  ${u.system}: ${u.reason}`),
        MOST_NAMED,
        'marked above',
      ),
    );
  for (const warning of plan.warnings) lines.push(`WARNING: ${warning}.`);
  return `${lines.join('\n')}\n`;
}

function meaningOf(risk: Risk): string {
  switch (risk) {
    case 'takeover':
      return 'rights over rights: whoever holds it can take the account over';
    case 'write':
      return 'changes resources';
    case 'read':
      return 'reads resources or settings';
    case 'none':
      return 'no right of its own';
    default:
      return assertNever(risk);
  }
}
