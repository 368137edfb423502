import { sha256 } from './canonical.ts';
import { normalSshKey, verifySsh } from './statement/ssh-signature.ts';

/** The files that a worker's signature stands in: the SHA-256 of every other file, that list's signature, and the public key. */
export const SUMS = 'SHA256SUMS';
export const SIGNATURE = 'SHA256SUMS.sig';
export const WORKER_KEY = 'worker.pub';
export const SIGNING_FILES: readonly string[] = [SUMS, SIGNATURE, WORKER_KEY];

/** What the signature is for: one over something else is none over evidence. */
export const EVIDENCE_NAMESPACE = 'mepm-offboard-evidence';

/** Pure: files by name as `sha256sum -c` takes them, sorted. */
export function sumsOf(files: ReadonlyMap<string, string>): string {
  return [...files.keys()]
    .toSorted()
    .map((name) => `${sha256(files.get(name) ?? '')}  ${name}\n`)
    .join('');
}

/** Pure: the key, as in a `.pub` file without its comment, that signed a list; undefined where the signature is not right. */
export function signerOf(sums: string, signature: string): string | undefined {
  return verifySsh(sums, signature, EVIDENCE_NAMESPACE)?.key;
}

/** Pure: the keys of a file, one a line as in a `.pub` file or in OpenSSH's allowed_signers. Throws SyntaxError, with the line. */
export function keysIn(text: string): string[] {
  return text.split('\n').flatMap((line, at) => {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) return [];
    const key = /(?:^|\s)((?:sk-)?(?:ssh|ecdsa)-\S+\s+\S+)/.exec(words)?.[1];
    try {
      return [normalSshKey(key ?? words)];
    } catch (error) {
      throw new SyntaxError(`line ${at + 1} ${(error as Error).message}`, { cause: error });
    }
  });
}
