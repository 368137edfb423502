import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical, fingerprint, merkleRoot, sha256 } from '../../model/canonical.ts';

test('keys are sorted at every depth, lists keep their order', () => {
  expect(canonical({ b: [{ d: 1, c: 2 }, 3], a: 'é"\n' })).toBe('{"a":"é\\"\\n","b":[{"c":2,"d":1},3]}');
  expect(fingerprint({ b: 1, a: 2 })).toBe(sha256('{"a":2,"b":1}'));
  expect(fingerprint([1, 2])).not.toBe(fingerprint([2, 1]));
});

test('what JSON cannot say is refused', () => {
  expect(() => canonical(undefined)).toThrow('undefined has no canonical JSON');
});

/** RFC 6962, section 2.1, written a second time: k is the largest power of two smaller than n, found by doubling. */
function rfc6962(leaves: Buffer[]): Buffer {
  const h = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const [only] = leaves;
  if (only && leaves.length === 1) return h(Buffer.from([0]), only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return h(Buffer.from([1]), rfc6962(leaves.slice(0, k)), rfc6962(leaves.slice(k)));
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100])('the root over %i leaves is that of RFC 6962', (n) => {
  const leaves = Array.from({ length: n }, (_, i) => `leaf ${i}`);
  expect(merkleRoot(leaves)).toBe(rfc6962(leaves.map((l) => Buffer.from(l))).toString('hex'));
});

test('the published root of the empty leaf comes out', () => {
  expect(merkleRoot([''])).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
});

test('order, content, number and grouping of the leaves change the root', () => {
  const roots = [
    ['a', 'b', 'c'],
    ['b', 'a', 'c'],
    ['a', 'b', 'd'],
    ['a', 'b'],
    ['a', 'b', 'c', 'c'],
    ['ab', 'c'],
    [merkleRoot(['a', 'b']), 'c'],
  ];
  expect(new Set(roots.map(merkleRoot)).size).toBe(roots.length);
});

test('a tree without leaves is refused', () => {
  expect(() => merkleRoot([])).toThrow('a Merkle tree needs a leaf');
});
