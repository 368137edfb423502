import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Json } from './finding.ts';

/** Canonical JSON (RFC 8785): the same value is always the same text. Throws for what JSON cannot say. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('undefined has no canonical JSON');
  return text;
}

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of the canonical JSON. */
export function fingerprint(value: Json): string {
  return sha256(canonical(value));
}

/**
 * Merkle root (hex) over leaves in their order, with RFC 6962's domain separation: leaf = SHA-256(0x00 ‖ text),
 * node = SHA-256(0x01 ‖ left ‖ right), the left subtree the largest power of two. Throws for no leaves.
 */
export function merkleRoot(leaves: string[]): string {
  if (leaves.length === 0) throw new RangeError('a Merkle tree needs a leaf');
  const hash = (prefix: number, ...parts: Uint8Array[]) =>
    createHash('sha256')
      .update(Buffer.concat([Uint8Array.of(prefix), ...parts]))
      .digest();
  const root = (nodes: Uint8Array[]): Uint8Array => {
    if (nodes.length === 1) return nodes[0] as Uint8Array;
    const left = 2 ** (Math.ceil(Math.log2(nodes.length)) - 1);
    return hash(1, root(nodes.slice(0, left)), root(nodes.slice(left)));
  };
  return Buffer.from(root(leaves.map((leaf) => hash(0, Buffer.from(leaf))))).toString('hex');
}
