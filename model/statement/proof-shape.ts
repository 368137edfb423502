/** A statement and what proves it, as they are sent and kept. */
export type Proof = SshProof | SignInProof;

export interface SshProof {
  /** The statement's bytes. */
  statement: string;
  /** Armored, as `ssh-keygen -Y sign -n mepm-offboard` writes it. */
  signature: string;
}

export interface SignInProof {
  statement: string;
  /** An ID token of Entra ID whose `nonce` is the SHA-256 of the statement's bytes. */
  idToken: string;
}

/** Characters of each part. */
const LONGEST = 200_000;
const FORMS = ['idToken,statement', 'signature,statement'];

/** Whether something has the shape of a proof. It is looked at within workflows, too: without a library. */
export function isProof(value: unknown): value is Proof {
  if (typeof value !== 'object' || value === null || !FORMS.includes(Object.keys(value).toSorted().join())) return false;
  return Object.values(value).every((part) => typeof part === 'string' && part.length <= LONGEST);
}
