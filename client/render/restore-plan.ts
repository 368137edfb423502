import type { RestorePlan } from '../../model/restore.ts';
import { counted } from '../../model/counted.ts';
import { phasesOf } from '../../model/summary-words.ts';

/** The plan of a restore for a person who is to approve it: what comes back, in order, what it loses, and what does not come back. */
export function renderRestorePlan(plan: RestorePlan, hash: string): string {
  const lines = [`Restore plan ${hash}`, `Tenant ${plan.tenantId}`, `Gives back what was removed by ${plan.restores}`, ''];
  for (const [n, { phase, title }] of phasesOf(plan).entries()) {
    const items = plan.items.filter((i) => i.phase === phase);
    lines.push(`${n + 1}. ${title}: ${items.length}`);
    for (const item of items) {
      const risk = item.risk === 'none' ? '' : `  [${item.risk}]`;
      lines.push(`   - ${item.title}${risk}`, `       ${item.id}`, `       removed at ${item.removedAt}`);
      for (const id of item.dependsOn) lines.push(`       after ${id}`);
      for (const loss of item.losses) lines.push(`       NOT THE SAME: ${loss}`);
    }
    lines.push('');
  }
  lines.push(`Cannot or will not be given back: ${counted(plan.untouched.length, 'item')}`);
  for (const u of plan.untouched) lines.push(`   - ${u.id} (${u.system}): ${u.reason}`);
  lines.push('', `Summary of restore plan ${hash}`, `  given back: ${counted(plan.items.length, 'item')}`);
  lines.push(`  with losses: ${counted(plan.items.filter((i) => i.losses.length > 0).length, 'item')}`);
  for (const warning of plan.warnings) lines.push(`WARNING: ${warning}.`);
  return `${lines.join('\n')}\n`;
}
