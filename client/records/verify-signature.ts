import { sha256 } from '../../model/canonical.ts';
import { signerOf, SIGNATURE, SIGNING_FILES, SUMS } from '../../model/evidence-signature.ts';
import { broken } from './broken.ts';
import type { ReadFile } from './read-file.ts';

/** Who signed evidence: a key, and whether whoever verifies trusts it; without `trust` nobody said. */
export interface Signed {
  key: string;
  trusted?: true;
}

/**
 * Verifies that a worker signed a list of all files of a folder, and that each is as it was then. `trust`: keys, one of which it must be. Undefined for evidence that nobody
 * signed, where no key is demanded. Throws EvidenceBroken, which names the first file that is altered, missing or added.
 */
export function verifySignature(names: readonly string[], file: ReadFile, trust?: readonly string[]): Signed | undefined {
  if (!names.some((name) => SIGNING_FILES.includes(name))) {
    if (trust === undefined) return undefined;
    broken(`no worker signed this (${SIGNATURE} is missing): take the folder that the worker wrote`);
  }
  const sums = file(SUMS);
  const key = signerOf(sums, file(SIGNATURE)) ?? broken(`${SIGNATURE} is no signature of ${SUMS}`);
  if (trust !== undefined && !trust.includes(key)) broken(`it was signed with ${key}, which is not among the keys that are trusted`);
  const listed = new Map(sums.split('\n').filter(Boolean).map(entryOf));
  for (const [name, sum] of listed) {
    if (!names.includes(name)) broken(`${name} is missing`);
    if (sha256(file(name)) !== sum) broken(`${name} was altered after it was signed`);
  }
  const added = names.find((name) => !listed.has(name) && !SIGNING_FILES.includes(name));
  if (added !== undefined) broken(`${added} was added after it was signed`);
  return { key, ...(trust === undefined ? {} : { trusted: true }) };
}

function entryOf(line: string): [string, string] {
  const [, sum, name] = /^([0-9a-f]{64}) {2}([\w.-]+)$/.exec(line) ?? [];
  if (sum === undefined || name === undefined) return broken(`${SUMS} holds a line that is no sum of a file`);
  return [name, sum];
}
