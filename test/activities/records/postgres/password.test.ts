import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { passwordOf } from '../../../../activities/records/postgres/password.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-password-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LOGIN = { host: 'db.example', port: 5432, database: 'records', user: 'offboard' };

test('PGPASSWORD goes before the file, and without either there is none', () => {
  expect(passwordOf({ PGPASSWORD: 'secret', PGPASSFILE: '/nowhere' }, LOGIN)).toBe('secret');
  expect(passwordOf({}, LOGIN)).toBeUndefined();
});

test.each([
  ['the line for just this login', 'other:5432:records:offboard:no\ndb.example:5432:records:offboard:secret\n*:*:*:*:late', 'secret'],
  ['a star for any', '# comment\n\n*:*:*:offboard:secret', 'secret'],
  ['colons and backslashes behind a backslash', String.raw`*:*:*:*:a\:b\\c`, String.raw`a:b\c`],
  ['a password with nothing in it', '*:*:*:*:', ''],
])('the file is read as libpq reads it: %s', (_, text, password) => {
  expect(passwordOf({ PGPASSFILE: written(text) }, LOGIN)).toBe(password);
});

test('a file that is not there, is open to others, or has no line for this login is refused by name, without its passwords', () => {
  expect(() => passwordOf({ PGPASSFILE: '/nowhere/pgpass' }, LOGIN)).toThrow('PGPASSFILE: /nowhere/pgpass cannot be read');
  const file = written('*:*:*:somebody:secret');
  const refusal = () => passwordOf({ PGPASSFILE: file }, LOGIN);
  expect(refusal).toThrow(`PGPASSFILE: ${file} has no line for db.example:5432:records:offboard; add one`);
  expect(refusal).not.toThrow('secret');
  chmodSync(file, 0o644);
  expect(refusal).toThrow(`PGPASSFILE: ${file} may be read by others; chmod 600 it`);
});

function written(text: string): string {
  const file = join(folder, 'pgpass');
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}
