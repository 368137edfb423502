import { expect, test } from 'vitest';
import { csv } from '../../../client/render/csv.ts';

test('every field stands in quotes, quotes are doubled, and lines within a field stay in it', () => {
  expect(
    csv([
      ['a', 'b "c"'],
      ['d,e', 'f\ng'],
    ]),
  ).toBe('"a","b ""c"""\r\n"d,e","f\ng"\r\n');
});

test('what is missing is empty', () => {
  expect(csv([[undefined, 0, '']])).toBe('"","0",""\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =cmd|calc', '＝1', '\n=1'])(
  '%j is text for a spreadsheet, not a formula',
  (value) => {
    expect(csv([[value]])).toBe(`"'${value}"\r\n`);
  },
);

test.each(['arn:aws:iam::1:role/a', 'a=b', 'dana@contoso.example', '/', '12'])('%j stays as it is', (value) => {
  expect(csv([[value]])).toBe(`"${value}"\r\n`);
});
