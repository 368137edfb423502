import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactDecrypt } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { decrypt, loadKeys } from '../../security/keys.ts';
import { loadSealingKey, seal } from '../../security/sealing.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-sealing-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'worker', 'sealing.json');

test('the workers’ key is made for its owner only, and its public half holds nothing private', async () => {
  const key = await loadSealingKey(file, {});
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(key.publicJwk).toMatchObject({ kty: 'OKP', crv: 'X25519' });
  expect(Object.keys(key.publicJwk).toSorted()).toEqual(['crv', 'kty', 'x']);
  expect((await loadSealingKey(file, {})).publicJwk).toEqual(key.publicJwk);
});

test('the private key opens what was sealed, and the code comes back with the collector it was sealed for', async () => {
  const key = await loadSealingKey(file, {});
  const sealed = await seal(key.publicJwk, '048213', 'collector-aws');
  expect(sealed).not.toContain('048213');
  for (const part of sealed.split('.')) expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('048213');
  expect(await key.open(sealed)).toEqual({ otp: '048213', collector: 'collector-aws' });
});

test('sealing the same code twice looks different, so that nobody can try the million codes against it', async () => {
  const key = await loadSealingKey(file, {});
  expect(await seal(key.publicJwk, '048213', 'a')).not.toBe(await seal(key.publicJwk, '048213', 'a'));
});

test('neither another private key nor the public key nor the payload keys open it', async () => {
  const key = await loadSealingKey(file, {});
  const sealed = await seal(key.publicJwk, '048213', 'collector-aws');
  const other = await loadSealingKey(join(folder, 'other.json'), {});
  await expect(other.open(sealed)).rejects.toThrow('decryption operation failed');
  await expect(compactDecrypt(sealed, key.publicJwk)).rejects.toThrow('must be a private JWK');
  const ring = loadKeys(join(folder, 'keys.json'), {});
  const payloadKey = ring.keys.get(ring.current) as KeyObject;
  await expect(compactDecrypt(sealed, payloadKey)).rejects.toThrow('private');
  expect(() => decrypt(ring, ring.current, Buffer.from(sealed), 'temporal-payload')).toThrow('unable to authenticate');
});

test('a sealed code that was changed does not open', async () => {
  const key = await loadSealingKey(file, {});
  const parts = (await seal(key.publicJwk, '048213', 'collector-aws')).split('.');
  const body = Buffer.from(parts[3] ?? '', 'base64url');
  body.writeUInt8((body[0] ?? 0) ^ 1, 0);
  const changed = parts.with(3, body.toString('base64url')).join('.');
  await expect(key.open(changed)).rejects.toThrow('decryption operation failed');
});

test('OFFBOARD_SEALING_KEY comes before the file', async () => {
  const jwk = readFileSync(file, 'utf8');
  const key = await loadSealingKey(join(folder, 'unused.json'), { OFFBOARD_SEALING_KEY: jwk });
  expect(key.publicJwk).toEqual((await loadSealingKey(file, {})).publicJwk);
  expect(() => statSync(join(folder, 'unused.json'))).toThrow('ENOENT');
});
