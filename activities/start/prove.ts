import type { Manifest } from '../../model/manifest.ts';
import { withIdentity } from '../../model/policy.ts';
import type { Reason } from '../../model/next-step.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import type { Admission } from '../../model/statement/proof.ts';
import { parseStatement, type Proof } from '../../model/statement/statement.ts';
import { refuse } from '../../model/verdict.ts';
import type { Deps } from '../deps.ts';
import { provedAt, type Proved } from '../entra/proved.ts';

/** What begins a run, as a person says it. */
export interface Beginning {
  by: string;
  proof?: Proof;
}

/**
 * Says why nobody proved to want this run, as the one precondition that is told then; nothing where it is proved, or names are only asserted. `identity`: what the
 * run's manifest demands.
 */
export async function unproved(
  deps: Deps,
  run: string,
  { identity }: Pick<Manifest, 'identity'>,
  says: 'start' | 'restore' | 'lift',
  message: Beginning & object,
  arrivedAt: string,
): Promise<{ nobody: Reason[]; admission?: Admission }> {
  const policy = withIdentity(deps.policy, identity);
  const { verdict, ...asked } = await beginningProved({ ...deps, policy }, run, says, message, arrivedAt);
  return verdict.ok ? { nobody: [], ...asked } : { nobody: [{ reason: verdict.message }] };
}

/** Before a workflow has begun it has no id: instead a random number ties the statement to it, which counts for one run only. */
async function beginningProved(
  { policy, temporal, journal }: Deps,
  run: string,
  says: 'start' | 'restore' | 'lift',
  message: Beginning,
  arrivedAt: string,
): Promise<Proved> {
  const told = message.proof && parseStatement(message.proof.statement)?.run;
  const nonce = told && 'nonce' in told ? told.nonce : '';
  const where = { namespace: temporal.namespace, workflowId: workflowIdIn(run), run: { nonce } };
  const proved = await provedAt(policy, where, says, message, arrivedAt);
  if (!proved.verdict.ok || policy.identity === 'asserted') return proved;
  for (const other of await journal.runs()) {
    if (other === run || (await journal.ledgerIfWhole(other))?.nonce !== nonce) continue;
    return { verdict: refuse('ProofWrong', `proof.statement: began ${other} already, and counts once; start again`) };
  }
  return proved;
}

/** What is recorded of a begin. A proof that does not hold is none: recorded, it would use up the number of somebody who means it. */
export function provedPart<I extends { proof?: Proof }>(input: I, nobody: readonly Reason[]): I | Omit<I, 'proof'> {
  const { proof: _, ...rest } = input;
  return nobody.length > 0 ? rest : input;
}

/** The random number of a proof of a run's begin; nothing where there is none. */
export function nonceOf(proof: Proof | undefined): { nonce?: string } {
  const told = proof && parseStatement(proof.statement)?.run;
  return told && 'nonce' in told ? { nonce: told.nonce } : {};
}
