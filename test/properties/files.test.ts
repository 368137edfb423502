import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { afterAll, expect, test, vi } from 'vitest';
import { OffboardError } from '../../model/errors.ts';
import { parseManifest } from '../../model/parse-manifest.ts';
import { parsePolicy } from '../../model/policy.ts';
import { nearly, odd, sent } from './nearly.ts';
import { CASES } from './cases.ts';

/** They take some seconds; a machine that is busy with other work takes ten times as long. */
vi.setConfig({ testTimeout: 200_000 });
afterAll(() => vi.resetConfig());

/** What people write into files: whatever it is, it is read, or refused with its place and the field. */

const { manifest } = parse(readFileSync('estates/default.yaml', 'utf8')) as { manifest: object };
const WHOLE_MANIFEST = {
  ...manifest,
  guards: { usedWithin: '30d' },
  waits: { person: '7d', settle: '5s', soak: '1h' },
  breakers: { maxItems: 10, maxPercent: 50 },
  waves: { pilot: ['aws:210987654311'] },
};
const WHOLE_POLICY = {
  identity: 'ssh',
  approvers: ['riley', 'dana'],
  people: [{ name: 'riley', keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKNnmyBBNtYnHqYXNPCyMVGbLEt0nQzNA4FX0vFrrCOr riley'] }],
  quorum: { plan: 2 },
  fourEyes: true,
  maxItems: 10,
  ticket: 'CHG[0-9]{7}',
};

/** How the same value may stand in a file, and a file that was cut off, or is none. */
const written = (value: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 6, arbitrary: value.map((v) => JSON.stringify(sent(v) ?? null)) },
    { weight: 3, arbitrary: value.map((v) => stringify(sent(v) ?? null)) },
    fc.tuple(value, fc.nat(400)).map(([v, at]) => stringify(sent(v) ?? null).slice(0, at)),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '',
      '- ',
      '&a [*a]',
      'a: &a {b: *a}',
      '<<: 1',
      '? {a: b}\n: c',
      '!!js/function x',
      '%YAML 9',
      'a: 1\na: 2',
      '\u0000',
      '[[[[',
    ),
  );

/** The lines of a refusal; none where it is taken. Throws what is no refusal. */
function refusalsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof OffboardError) return error.message.split('\n');
    throw error;
  }
}

test.each([
  ['manifest', WHOLE_MANIFEST, parseManifest],
  ['policy', WHOLE_POLICY, parsePolicy],
])('a %s is taken, or refused in words that name the file, the line and the field', (_, whole, read) => {
  fc.assert(
    fc.property(written(fc.oneof({ weight: 8, arbitrary: nearly(whole, ['extra', '__proto__', 'members']) }, odd)), (text) => {
      const refusals = refusalsOf(() => read('the-file', text));
      expect(refusals.filter((line) => !/^the-file(:\d+)?: /.test(line))).toEqual([]);
    }),
    { numRuns: CASES },
  );
});

test('a value or a name with a line break in it adds no line to a refusal', () => {
  const value = { ...WHOLE_POLICY, people: [], approvers: ['riley\nthe-file:9: all is well', 'dana'] };
  const name = { ...WHOLE_POLICY, 'x\nthe-file:9: all is well': 1 };
  const lines = [value, name].map((policy) => refusalsOf(() => parsePolicy('the-file', JSON.stringify(policy))));
  expect(lines.map((of) => of.length > 0)).toEqual([true, true]);
  expect(lines.flat().filter((line) => !line.startsWith('the-file:1: '))).toEqual([]);
});
