import type { JsonWebKey } from 'node:crypto';
import { canonical } from '../canonical.ts';
import { admittedAs, calledBy, type Membership } from '../identity/entra.ts';
import { samePerson } from '../identity/person.ts';
import type { Policy } from '../policy.ts';
import { refuse, type Verdict } from '../verdict.ts';
import { AHEAD_MS, claimsFault, isSignedBy, readIdToken, type IdToken } from './id-token.ts';
import { verifySsh } from './ssh-signature.ts';
import {
  parseProof,
  parseStatement,
  SIGNED_AS,
  stated,
  type Proof,
  type Saying,
  type SignInProof,
  type SshProof,
  type Statement,
  type Where,
} from './statement.ts';

/** A message as it came: who says so, and what proves it. */
export interface Said {
  by: string;
  proof?: Proof;
}

/** What the worker asked once about a sign-in, when it recorded it: so that nothing need be asked to judge it again. */
export interface Admission extends Membership {
  /** The tenant's key that signed the ID token. */
  key: JsonWebKey;
}

/** What a proof is judged by. */
export interface Proving {
  policy: Policy;
  where: Where;
  /** When it came, by the workflow's time; absent where what was taken long ago is judged once more. */
  arrivedAt?: Date;
  /** When it was recorded, where it is judged once more. */
  recordedAt?: Date;
  /** Of a sign-in; absent where nobody asked, or the tenant does not vouch for it. */
  admission?: Admission | undefined;
}

/**
 * Pure: is it proved that `by` says this, to this run? Where names are only asserted nothing is demanded. What is acted on is the message, so the
 * statement must be that very message, field by field.
 */
export function proofVerdict(says: Saying, message: Said, proving: Proving): Verdict {
  if (proving.policy.identity === 'asserted') return { ok: true };
  const { by } = message;
  if (message.proof === undefined) return refuse('ProofMissing', `proof: is missing; ${DEMANDED[proving.policy.identity]}`);
  const proof = parseProof(message.proof);
  const statement = proof && parseStatement(proof.statement);
  if (!statement) return wrong('statement', 'is no statement in its one form; let the CLI make it');
  const signer = signerOf(proof, statement, proving);
  if (!signer.ok) return signer;
  if (!samePerson(signer.name, by)) return wrong(fieldOf(proof), `is ${signer.of} ${signer.name}, and the message is said by ${by}`);
  const other = otherThan(statement, says, message, proving.where);
  if (other !== undefined) return wrong('statement', `is about another ${other}; sign what is said here and now`);
  return inTime(statement, proving);
}

/** What to do about a message without a proof. */
const DEMANDED = {
  ssh: "the worker's policy takes only what is signed (identity: ssh); sign it: --sign-with FILE, or OFFBOARD_SSH_KEY, names your SSH key",
  entra: "the worker's policy takes only what somebody signs in for (identity: entra); sign in: --sign-in",
} as const;

/** Until when what was proved may be acted on, in ISO; undefined where nothing was. */
export function validUntil(proof: Proof | undefined): string | undefined {
  return proof && parseStatement(proof.statement)?.validUntil;
}

/**
 * A sign-in that could prove this, before the tenant is asked about it: for this statement, from this tenant, in time. Undefined for what no answer of the
 * tenant would make right.
 */
export function signInToAsk(proof: unknown, { policy, arrivedAt }: Pick<Proving, 'policy' | 'arrivedAt'>): IdToken | undefined {
  const { entra } = policy;
  const said = parseProof(proof);
  const statement = said && parseStatement(said.statement);
  if (policy.identity !== 'entra' || !entra || !statement || !('idToken' in said)) return undefined;
  const token = readIdToken(said.idToken);
  return token && claimsFault(token, { entra, text: said.statement, statement, arrivedAt }) === undefined ? token : undefined;
}

/** The object id in Entra ID of whoever a proof is of; undefined where nobody signed in. It is believed where the proof holds. */
export function oidOf(proof: Proof | undefined): string | undefined {
  return proof && 'idToken' in proof ? readIdToken(proof.idToken)?.claims.oid : undefined;
}

/** By which names of the policy whoever says something is admitted, beside their own. */
export function alsoAdmittedAs({ proof }: Pick<Said, 'proof'>, policy: Policy, admission: Admission | undefined): string[] {
  const oid = oidOf(proof);
  return policy.identity === 'entra' && oid !== undefined && admission ? admittedAs(policy, oid, admission) : [];
}

/** Whether two messages are one person's: by their names, or by the `oid` that both signed in with, whatever the policy called it then. */
export function saidBySame(a: Said, b: Said): boolean {
  const oid = oidOf(a.proof);
  return samePerson(a.by, b.by) || (oid !== undefined && oid === oidOf(b.proof));
}

type Signer = { ok: true; of: 'of a key of' | 'a sign-in of'; name: string } | Exclude<Verdict, { ok: true }>;

function signerOf(proof: Proof, statement: Statement, proving: Proving): Signer {
  const { identity } = proving.policy;
  if (identity === 'entra') return 'idToken' in proof ? whoSignedIn(proof, statement, proving) : otherWay('sign in: --sign-in');
  return 'signature' in proof ? whoSigned(proof, proving) : otherWay('sign it: --sign-with FILE');
}

function otherWay(mend: string): Signer {
  return { ok: false, code: 'ProofWrong', message: `proof: is of another way than the worker's policy takes; ${mend}` };
}

function whoSignedIn(proof: SignInProof, statement: Statement, { policy, arrivedAt, admission }: Proving): Signer {
  const token = readIdToken(proof.idToken);
  if (!token || !policy.entra) return wrong('idToken', 'is no ID token that is signed by RS256, PS256 or ES256, with oid, tid and nonce');
  const fault = claimsFault(token, { entra: policy.entra, text: proof.statement, statement, arrivedAt });
  if (fault) return { ...wrong('idToken', fault.what), ...(fault.late ? { code: 'ProofLate' } : {}) };
  if (!admission || !isSignedBy(token, admission.key))
    return wrong('idToken', 'is of a key, or of a person, that the tenant does not know');
  const { oid } = token.claims;
  if (admittedAs(policy, oid, admission).length === 0)
    return wrong('idToken', "is of a person whom the worker's policy neither names nor admits");
  return { ok: true, of: 'a sign-in of', name: calledBy(policy, oid) };
}

/**
 * Pure: since when the key counts no longer that signed this, where it was recorded after that; undefined for a word that stands. What else changes in the policy
 * takes no such word back.
 */
export function compromisedSince({ proof }: Pick<Said, 'proof'>, policy: Policy, recordedAt: Date): string | undefined {
  const parsed = parseProof(proof);
  if (policy.identity !== 'ssh' || !parsed || !('signature' in parsed)) return undefined;
  const signed = verifySsh(parsed.statement, parsed.signature, SIGNED_AS);
  return signed && overSince(keyOf(policy, signed.key)?.known, recordedAt);
}

/** Whose key it is by the policy, and what else that says of it. */
function keyOf({ people = [] }: Policy, key: string) {
  const person = people.find((p) => p.keys.some((k) => k.key === key));
  const known = person?.keys.find((k) => k.key === key);
  return person && known && { person, known };
}

function overSince(known: { key: string; compromisedSince?: string | undefined } | undefined, when: Date | undefined): string | undefined {
  const since = known?.compromisedSince;
  return since !== undefined && (when === undefined || when >= new Date(since)) ? since : undefined;
}

function whoSigned(proof: SshProof, { policy, recordedAt, arrivedAt }: Proving): Signer {
  const signed = verifySsh(proof.statement, proof.signature, SIGNED_AS);
  if (!signed) return wrong('signature', 'does not hold for the statement');
  const { person, known } = keyOf(policy, signed.key) ?? {};
  if (!person || !known) return wrong('signature', "is of a key that the worker's policy gives to nobody");
  const since = overSince(known, recordedAt ?? arrivedAt);
  if (since !== undefined) return wrong('signature', `is of a key that counts no longer since ${since}`);
  if (policy.touch === true && signed.touched !== true)
    return wrong('signature', 'is not of a security key that its owner touched, which the worker’s policy demands');
  return { ok: true, of: 'of a key of', name: person.name };
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

const fieldOf = (proof: Proof) => ('idToken' in proof ? 'idToken' : 'signature');

function wrong(field: 'statement' | 'signature' | 'idToken', what: string): Exclude<Verdict, { ok: true }> {
  return { ok: false, code: 'ProofWrong', message: `proof.${field}: ${what}` };
}
