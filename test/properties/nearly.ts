import fc from 'fast-check';

/** What may stand anywhere in JSON that somebody else wrote. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom<unknown>('', ' ', null, 0, -1, 1.5, 1e300, 'x'.repeat(5_000), '__proto__', 'constructor', [null], [{}], {}, [[]]),
);

/** A JSON value as it should be, with now and then a part of it left out, or something else in its place, at whatever depth. `more`: names of fields that may come besides. */
export function nearly(right: unknown, more: readonly string[] = ['extra']): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: within(right, more) }, odd, fc.constant(undefined));
}

function within(right: unknown, more: readonly string[]): fc.Arbitrary<unknown> {
  if (Array.isArray(right)) {
    const each = fc.tuple(...right.map((one: unknown) => nearly(one, more)));
    return fc.oneof({ weight: 3, arbitrary: each }, fc.array(nearly(right[0], more), { maxLength: 3 }));
  }
  if (typeof right !== 'object' || right === null) return fc.constant(right);
  const fields = fc.record(Object.fromEntries(Object.entries(right).map(([name, value]) => [name, nearly(value, more)])));
  const besides = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, fc.dictionary(fc.constantFrom(...more), odd, { maxKeys: 1 }));
  return fc.tuple(fields, besides).map(([a, b]) => ({ ...a, ...b }));
}

/** As it comes over a wire or out of a file. */
export const sent = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
