import { canonical } from '../canonical.ts';
import { samePerson } from '../identity/person.ts';
import type { Policy } from '../policy.ts';
import { refuse, type Verdict } from '../verdict.ts';
import { verifySsh } from './ssh-signature.ts';
import { parseStatement, SIGNED_AS, stated, type Proof, type Saying, type Statement, type Where } from './statement.ts';

/** A message as it came: who says so, and what proves it. */
export interface Said {
  by: string;
  proof?: Proof;
}

/** What a proof is judged by. */
export interface Proving {
  policy: Policy;
  where: Where;
  /** When it came, by the workflow's time; absent where what was taken long ago is judged once more. */
  arrivedAt?: Date;
  /** When it was recorded, where it is judged once more. */
  recordedAt?: Date;
}

/** A clock of another machine may be a little before ours. */
const AHEAD_MS = 5 * 60_000;

/**
 * Pure: is it proved that `by` says this, to this run? Where names are only asserted nothing is demanded. What is acted on is the message, so the
 * statement must be that very message, field by field.
 */
export function proofVerdict(says: Saying, message: Said, proving: Proving): Verdict {
  if (proving.policy.identity === 'asserted') return { ok: true };
  const { by, proof } = message;
  if (proof === undefined) {
    const mend = 'sign it: --sign-with FILE, or OFFBOARD_SSH_KEY, names your SSH key';
    return refuse('ProofMissing', `proof: is missing; the worker's policy takes only what is signed (identity: ssh); ${mend}`);
  }
  const statement = parseStatement(proof.statement);
  if (!statement) return wrong('statement', 'is no statement in its one form; let the CLI make it');
  const signer = signerOf(proof, proving);
  if (!signer.ok) return signer;
  if (!samePerson(signer.name, by)) return wrong('signature', `is of a key of ${signer.name}, and the message is said by ${by}`);
  const other = otherThan(statement, says, message, proving.where);
  if (other !== undefined) return wrong('statement', `is about another ${other}; sign what is said here and now`);
  return inTime(statement, proving);
}

/** Until when what was proved may be acted on, in ISO; undefined where nothing was. */
export function validUntil(proof: Proof | undefined): string | undefined {
  return proof && parseStatement(proof.statement)?.validUntil;
}

function signerOf(proof: Proof, { policy, recordedAt, arrivedAt }: Proving): { ok: true; name: string } | Exclude<Verdict, { ok: true }> {
  const signed = verifySsh(proof.statement, proof.signature, SIGNED_AS);
  if (!signed) return wrong('signature', 'does not hold for the statement');
  const person = policy.people?.find((p) => p.keys.some(({ key }) => key === signed.key));
  const known = person?.keys.find(({ key }) => key === signed.key);
  if (!person || !known) return wrong('signature', "is of a key that the worker's policy gives to nobody");
  const since = 'compromisedSince' in known ? known.compromisedSince : undefined;
  const when = recordedAt ?? arrivedAt;
  if (since !== undefined && (when === undefined || when >= new Date(since)))
    return wrong('signature', `is of a key that counts no longer since ${since}`);
  if (policy.touch === true && signed.touched !== true)
    return wrong('signature', 'is not of a security key that its owner touched, which the worker’s policy demands');
  return { ok: true, name: person.name };
}

/** In what a statement differs from what is said; undefined where it does not. */
function otherThan(statement: Statement, says: Saying, message: Said, where: Where): string | undefined {
  if (statement.namespace !== where.namespace) return 'namespace';
  if (statement.workflowId !== where.workflowId) return 'workflow';
  if (canonical(statement.run) !== canonical(where.run)) return 'run';
  if (statement.says !== says) return 'decision';
  return canonical(statement.message) === canonical(stated(message)) ? undefined : 'message';
}

function inTime({ at, arriveBy, validUntil: until }: Statement, { arrivedAt }: Proving): Verdict {
  if (arrivedAt === undefined) return { ok: true };
  if (arrivedAt > new Date(arriveBy)) return refuse('ProofLate', `proof: was to arrive by ${arriveBy}; sign it again`);
  if (new Date(at).getTime() > arrivedAt.getTime() + AHEAD_MS)
    return refuse('ProofLate', `proof: is of ${at}, which is yet to come; set the clock right`);
  if (arrivedAt >= new Date(until)) return refuse('ProofLate', `proof: counted until ${until}; sign it again`);
  return { ok: true };
}

function wrong(field: 'statement' | 'signature', what: string): Exclude<Verdict, { ok: true }> {
  return { ok: false, code: 'ProofWrong', message: `proof.${field}: ${what}` };
}
