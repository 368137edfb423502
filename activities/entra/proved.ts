import { proofVerdict, signInToAsk, type Admission, type Said } from '../../model/statement/proof.ts';
import { parseProof, type Saying, type Where } from '../../model/statement/statement.ts';
import type { Policy } from '../../model/policy.ts';
import type { Verdict } from '../../model/verdict.ts';
import { failureMessage } from '../failures.ts';
import { admissionOf } from './sign-in.ts';

/** Whether something is proved, and what the tenant said of the sign-in that proves it. */
export interface Proved {
  verdict: Verdict;
  admission?: Admission;
}

/**
 * Judges a proof that came just now. Of a sign-in that could be right the tenant is asked, here and never again; one that cannot be asked makes it a refusal
 * that the next try may mend, so that nothing waits for it.
 */
export async function provedAt(policy: Policy, where: Where, says: Saying, message: Said, arrived: string): Promise<Proved> {
  const arrivedAt = new Date(arrived);
  const admission = await admissionNow(policy, message, arrivedAt);
  if (!admission.ok) return { verdict: admission };
  const verdict = proofVerdict(says, message, { policy, where, arrivedAt, admission: admission.value });
  return { verdict, ...(verdict.ok && admission.value ? { admission: admission.value } : {}) };
}

type Asked = { ok: true; value: Admission | undefined } | Exclude<Verdict, { ok: true }>;

async function admissionNow(policy: Policy, { proof }: Said, arrivedAt: Date): Promise<Asked> {
  const token = signInToAsk(proof, { policy, arrivedAt });
  const said = parseProof(proof);
  if (!token || !said || !('idToken' in said)) return { ok: true, value: undefined };
  const answer = await admissionOf(policy, said.idToken, token);
  if (answer.ok) return answer;
  const message = `proof.idToken: the tenant could not be asked about it (${failureMessage(answer.failure)}); sign in again`;
  return { ok: false, code: 'CloudUnavailable', message };
}
