import { PHASE_TITLES, PHASES } from '../../model/names.ts';
import type { Plan } from '../../model/plan.ts';

/** The plan for a person who is to approve it: what goes and why, in order; what is held; what stays and why. */
export function renderPlan(plan: Plan, hash: string): string {
  const lines = [`Plan ${hash}`, `Tenant ${plan.tenantId}`, ''];
  for (const warning of plan.warnings) lines.push(`WARNING: ${warning}.`, '');
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
  if (plan.unknown.length > 0) {
    lines.push('', `COULD NOT BE READ: ${plan.unknown.length}`);
    for (const u of plan.unknown) lines.push(`   - ${u.system}: ${u.reason}`);
  }
  return `${lines.join('\n')}\n`;
}
