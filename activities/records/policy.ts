import { withIdentity } from '../../model/policy.ts';
import { policyHash } from '../../model/policy-hash.ts';
import type { Deps } from '../deps.ts';
import { fault } from '../failures.ts';

/**
 * Records the policy by which a run goes from here on, tightened by its manifest, where it is another than before. Of two workers with different policies the one whose file is
 * older than the newest record of one does nothing, and says so: throws Fault, to be tried again, also by another worker.
 */
export async function goByPolicy(
  { journal, policy: floor, policyChangedAt }: Pick<Deps, 'journal' | 'policy' | 'policyChangedAt'>,
  run: string,
): Promise<void> {
  const { policy: known, ended, identity } = await journal.ledger(run);
  const policy = withIdentity(floor, identity);
  const hash = policyHash(policy);
  if (known?.hash === hash || ended !== undefined) return;
  if (known && policyChangedAt && policyChangedAt.getTime() <= Date.parse(known.at)) {
    const mend = 'give all workers the same policy; where this one is meant, save its file again';
    throw fault(
      `this worker's policy (${hash.slice(0, 12)}) is not that by which the run goes since ${known.at} (${known.hash.slice(0, 12)}); ${mend}`,
    );
  }
  await journal.append(run, { type: 'policy', policy });
}
