import type { Hold } from '../../model/finding.ts';
import type { Tags } from './snapshot.ts';

/** The guards of something of ours: others use it too, or a CloudFormation stack owns it. */
export function holdOf(tags: Tags, others: readonly string[]): { hold?: Hold } {
  const stack = tags['aws:cloudformation:stack-name'];
  const reasons: Hold[] = [];
  if (others.length > 0) {
    reasons.push({ code: 'SharedTrust', reason: `its trust also lets in ${others.join(', ')}; ask who that is before it goes` });
  }
  if (stack) {
    reasons.push({
      code: 'OwnedByStack',
      reason: `the CloudFormation stack ${stack} owns it; delete the stack, or override if it is an orphan`,
    });
  }
  const [first] = reasons;
  return first ? { hold: { code: first.code, reason: reasons.map((r) => r.reason).join('; ') } } : {};
}
