import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../model/errors.ts';

const ROW = /^\| *(\d+) *\| *(\w*) *\| (.+?) *\|$/;
const rows = readFileSync(new URL('../../docs/exit-codes.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, code, name, text] = ROW.exec(line) ?? [];
    return code === undefined ? [] : [{ code: Number(code), name: name ?? '', text: text ?? '' }];
  });

test('the documented exit codes are those the program has, in the order of their numbers', () => {
  const documented = rows.map((r) => [r.name, r.code]);
  expect(documented).toEqual([['', 0], ...Object.entries(EXIT_CODES)]);
});

test('each exit code has one name, and a sentence that ends', () => {
  const codes = Object.values(EXIT_CODES);
  expect(new Set(codes).size).toBe(codes.length);
  expect(rows.filter((r) => !r.text.endsWith('.'))).toEqual([]);
});
