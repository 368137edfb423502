import { expect, test } from 'vitest';
import { formsOf, search, type Canary, type Place } from '../../scripts/secrets/search.ts';

const SECRET = 'f4lse+/Secret~of "ours"\n';
const canary = (value: string, allowed?: Canary['allowed']): Canary => ({
  name: 'it',
  value: Buffer.from(value),
  ...(allowed ? { allowed } : {}),
});
const place = (text: string | Buffer): Place => ({ name: 'here', bytes: Buffer.from(text) });
const found = (text: string | Buffer, value = SECRET) => search([canary(value)], [place(text)]).map((h) => h.form);

test.each([
  ['as it is', `x${SECRET}y`],
  ['in hex', Buffer.from(SECRET).toString('hex')],
  ['in hex in capitals', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ['in a URL', `?a=${encodeURIComponent(SECRET)}`],
  ['in a URL, every byte', Buffer.from(SECRET).toString('hex').replaceAll(/../g, '%$&')],
  ['in JSON', JSON.stringify({ SECRET })],
])('a secret is found %s', (_, text) => {
  expect(found(text)).toHaveLength(1);
});

test.each(['', 'a', 'ab', 'abc', 'abcd'])(
  'a secret is found in base64 and base64url, with %j before it and anything behind it',
  (before) => {
    for (const after of ['', 'z', 'zz', 'zzz'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(before + SECRET + after).toString(encoding);
        expect([text, found(text).length]).toEqual([text, 1]);
        expect(found(encodeURIComponent(text))).toHaveLength(1);
      }
  },
);

test('bytes that are no text are found as they are, in hex and in base64', () => {
  const key = Buffer.from([255, 254, 0, 1, 128, 7, 9, 200, 201, 202, 203, 204, 205]);
  const hits = (bytes: Buffer) => search([{ name: 'it', value: key }], [{ name: 'here', bytes }]);
  for (const text of [key, Buffer.from(key.toString('hex')), Buffer.from(Buffer.concat([Buffer.from('x'), key]).toString('base64'))])
    expect(hits(text)).toHaveLength(1);
});

test('what is not there is not found', () => {
  for (const text of ['', SECRET.slice(1), SECRET.toUpperCase(), Buffer.from(SECRET.slice(0, -2)).toString('base64')])
    expect(found(text)).toEqual([]);
});

test('six digits count by themselves, and not in a longer number', () => {
  for (const text of ['code 123456.', '123456', '"123456"']) expect(found(text, '123456')).toEqual(['raw']);
  for (const text of ['1234567', '0123456', 'a123456', '123456f']) expect(found(text, '123456')).toEqual([]);
  expect(found('x1234567 then 123456', '123456')).toEqual(['raw']);
  expect(found(Buffer.from('{"otp":"123456"}').toString('base64'), '123456')).toHaveLength(1);
});

test('no form is so short that chance makes it', () => {
  for (const { name, bytes, alone } of formsOf(Buffer.from('123456')))
    expect([name, alone === true || bytes.length >= 7]).toEqual([name, true]);
});

test('where it may be is told apart', () => {
  const allowed: Canary['allowed'] = (name) => (name === 'here' ? 'it is ours' : undefined);
  const hits = search([canary(SECRET, allowed)], [place(SECRET), { name: 'elsewhere', bytes: Buffer.from(SECRET) }]);
  expect(hits.map((h) => [h.place, h.allowed])).toEqual([
    ['here', 'it is ours'],
    ['elsewhere', undefined],
  ]);
});
