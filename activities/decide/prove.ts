import { approvalFault, type Authority } from '../../model/approval.ts';
import type { Approval } from '../../model/decided.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { effectivePolicy, withIdentity } from '../../model/policy.ts';
import type { Said } from '../../model/statement/proof.ts';
import { whereOf, type Saying } from '../../model/statement/statement.ts';
import { SAID_BEFORE, takenBefore } from '../../model/statement/taken.ts';
import { quorumOf } from '../../model/quorum.ts';
import type { Deps } from '../deps.ts';
import { provedAt, type Proved } from '../entra/proved.ts';
import { starterOf } from '../records/starter.ts';

/** Is it proved who says this to a run, and for the first time? `arrivedAt`: when it came, by the workflow's time, in ISO. */
export async function proved(
  { policy: floor, temporal, journal }: Deps,
  run: string,
  says: Saying,
  message: Said,
  arrivedAt: string,
): Promise<Proved> {
  const { identity, taken } = await journal.ledger(run);
  const policy = withIdentity(floor, identity);
  const answer = await provedAt(policy, whereOf(temporal.namespace, run), says, message, arrivedAt);
  if (!answer.verdict.ok || policy.identity === 'asserted' || takenBefore(taken, message.proof, arrivedAt) !== 'another') return answer;
  return { verdict: SAID_BEFORE };
}

/** What covers removals in a run now: its records, judged by today's policy at the later of this clock and the newest record's time. */
export function authorityOf({ policy, temporal }: Deps, run: string, ledger: Ledger, manifest: Manifest): Authority {
  const effective = effectivePolicy(policy, manifest);
  const where = whereOf(temporal.namespace, run);
  // Many items rest on one approval.
  const known = new Map<Approval, string | undefined>();
  const fault = (approval: Approval): string | undefined => {
    if (!known.has(approval)) known.set(approval, approvalFault(approval, effective, where, starterOf(ledger)));
    return known.get(approval);
  };
  return {
    get now() {
      return new Date(Math.max(Date.now(), Date.parse(ledger.latest ?? '') || 0));
    },
    fault,
    quorum: (gate) => quorumOf(effective, gate),
  };
}
