import { createSecretKey } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { decrypt, encrypt, loadKeys } from '../../security/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const zeros = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const fileOf = (current: string, keys: Record<string, string>) => JSON.stringify({ current, keys });

test('the key file is made once, for its owner only, and read again afterwards', () => {
  const file = join(folder, 'made', 'keys.json');
  const first = loadKeys(file, {});
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
  expect(first.keys.get(first.current)?.symmetricKeySize).toBe(32);
  const again = loadKeys(file, {});
  expect(again.current).toBe(first.current);
  expect(again.keys.get(first.current)?.equals(first.keys.get(first.current) ?? createSecretKey(Buffer.alloc(32)))).toBe(true);
});

test('processes that make the key file at once agree on one key and leave no draft behind', async () => {
  const file = join(folder, 'raced', 'keys.json');
  const keys = new URL('../../security/keys.ts', import.meta.url).href;
  const script = `const { loadKeys } = await import(${JSON.stringify(keys)}); process.stdout.write(loadKeys(${JSON.stringify(file)}, {}).current);`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const told = await Promise.all([run(), run(), run(), run()]);
  expect(new Set(told.map((t) => t.stdout))).toEqual(new Set([(JSON.parse(readFileSync(file, 'utf8')) as { current: string }).current]));
  expect(readdirSync(join(folder, 'raced'))).toEqual(['keys.json']);
});

test('OFFBOARD_KEYS comes before the file, which is then not made', () => {
  const file = join(folder, 'unmade', 'keys.json');
  const ring = loadKeys(file, { OFFBOARD_KEYS: fileOf('a', { a: zeros(32) }) });
  expect([ring.current, ring.keys.get('a')?.equals(createSecretKey(Buffer.alloc(32)))]).toEqual(['a', true]);
  expect(() => statSync(file)).toThrow('ENOENT');
});

test.each([
  ['a key that is too short', fileOf('a', { a: zeros(16) }), 'key a has 16 bytes; AES-256 needs 32'],
  ['a key that is too long', fileOf('a', { a: zeros(33) }), 'key a has 33 bytes'],
  ['an older key of the wrong length', fileOf('a', { a: zeros(32), old: zeros(31) }), 'key old has 31 bytes'],
  ['a current key that is not there', fileOf('b', { a: zeros(32) }), 'current names no key'],
  ['what is not JSON', 'secret words', 'is not a key file'],
  ['a list in the place of keys', JSON.stringify({ current: '0', keys: [zeros(32)] }), 'is not a key file'],
  ['a key that is no text', JSON.stringify({ current: 'a', keys: { a: 32 } }), 'is not a key file'],
  ['a key that is not base64', JSON.stringify({ current: 'a', keys: { a: `${zeros(32).slice(0, -2)}!=` } }), 'is not a key file'],
  ['nothing but null', 'null', 'is not a key file'],
  ['an unknown field', JSON.stringify({ current: 'a', keys: { a: zeros(32) }, extra: 1 }), 'is not a key file'],
])('%s is refused', (_, text, message) => {
  expect(() => loadKeys('unused', { OFFBOARD_KEYS: text })).toThrow(message);
});

test('a refusal does not repeat what was in the key file', () => {
  expect(() => loadKeys('unused', { OFFBOARD_KEYS: 'secret words' })).not.toThrow('secret words');
});

test('what was encrypted is decrypted, and the same text never looks the same twice', () => {
  const ring = loadKeys('unused', { OFFBOARD_KEYS: fileOf('a', { a: zeros(32) }) });
  const once = encrypt(ring, Buffer.from('plain text'), 'run');
  const twice = encrypt(ring, Buffer.from('plain text'), 'run');
  expect(decrypt(ring, once.keyId, once.data, 'run').toString()).toBe('plain text');
  expect(once.data.equals(twice.data)).toBe(false);
  expect(once.data.includes('plain')).toBe(false);
});

test('another context, another key, or a single changed bit anywhere is refused', () => {
  const ring = loadKeys('unused', { OFFBOARD_KEYS: fileOf('a', { a: zeros(32), b: Buffer.alloc(32, 1).toString('base64') }) });
  const { data } = encrypt(ring, Buffer.from('plain text'), 'run 1');
  expect(() => decrypt(ring, 'a', data, 'run 2')).toThrow('unable to authenticate');
  expect(() => decrypt(ring, 'b', data, 'run 1')).toThrow('unable to authenticate');
  expect(() => decrypt(ring, 'c', data, 'run 1')).toThrow('key c is not among the keys');
  expect(() => decrypt(ring, 'a', data.subarray(0, data.length - 1), 'run 1')).toThrow('unable to authenticate');
  for (let at = 0; at < data.length; at++) {
    const changed = Buffer.from(data);
    changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
    expect(() => decrypt(ring, 'a', changed, 'run 1'), `bit flipped in byte ${at}`).toThrow('unable to authenticate');
  }
});
