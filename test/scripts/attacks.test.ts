import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLE, MECHANISMS } from '../../scripts/attacks/mechanisms.ts';

const edits = Object.entries(MECHANISMS).flatMap(([name, all]) => all.map((edit) => ({ name, ...edit })));

test.each(edits)('what is changed to switch $name off stands once in $file', ({ name, file, from, to }) => {
  const text = readFileSync(resolve(import.meta.dirname, '..', '..', file), 'utf8');
  expect(text.split(from)).toHaveLength(2);
  expect(to).toContain(`off('${name}')`);
});

test('so does what gives the bundle of workflows its switches', () => {
  const text = readFileSync(resolve(import.meta.dirname, '..', '..', BUNDLE.file), 'utf8');
  expect(text.split(BUNDLE.from)).toHaveLength(2);
});
