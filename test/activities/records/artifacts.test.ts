import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArtifactStore } from '../../../activities/records/artifacts.ts';
import { fingerprint } from '../../../model/canonical.ts';
import type { KeyRing } from '../../../security/keys.ts';

const ring: KeyRing = { current: 'a', keys: new Map([['a', Buffer.alloc(32, 7)]]) };
let folder: string;
let store: ArtifactStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offboard-artifacts-'));
  store = new ArtifactStore(folder, ring);
});
afterEach(() => rmSync(folder, { recursive: true }));

const PLAN = { tenant: 'contoso', items: ['aws-role:arn:aws:iam::111122223333:role/contoso-oidc'] };

test('an address is the SHA-256 of the canonical JSON, whatever the order of the keys', async () => {
  const address = await store.put(PLAN);
  expect(address).toBe(fingerprint(PLAN));
  expect(await store.put({ items: PLAN.items, tenant: PLAN.tenant })).toBe(address);
  expect(readdirSync(folder)).toEqual([address]);
  expect(await store.get(address)).toEqual(PLAN);
  expect(await store.put({ ...PLAN, tenant: 'fabrikam' })).not.toBe(address);
});

test('nothing of a value can be read on disk, and only its owner may read the file', async () => {
  const file = join(folder, await store.put(PLAN));
  const raw = readFileSync(file, 'utf8');
  const decoded = Buffer.from(raw.split('\n')[1] ?? '', 'base64').toString('latin1');
  for (const word of ['contoso', '111122223333', 'items']) expect(raw + decoded).not.toContain(word);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a changed artifact is refused', async () => {
  const file = join(folder, await store.put(PLAN));
  const [key, body] = readFileSync(file, 'utf8').split('\n') as [string, string];
  const bytes = Buffer.from(body, 'base64');
  bytes.writeUInt8((bytes[30] ?? 0) ^ 1, 30);
  writeFileSync(file, `${key}\n${bytes.toString('base64')}`);
  await expect(store.get(fingerprint(PLAN))).rejects.toThrow('unable to authenticate');
});

test('a whole artifact put in the place of another is refused', async () => {
  const address = await store.put(PLAN);
  const other = await store.put({ ...PLAN, items: [] });
  renameSync(join(folder, other), join(folder, address));
  await expect(store.get(address)).rejects.toThrow('unable to authenticate');
});

test('an address that holds nothing is an error, not an empty value', async () => {
  await expect(store.get(fingerprint('never stored'))).rejects.toThrow('ENOENT');
});

test('writers of the same value at once leave one file', async () => {
  await Promise.all(Array.from({ length: 8 }, () => new ArtifactStore(folder, ring).put(PLAN)));
  expect(readdirSync(folder)).toEqual([fingerprint(PLAN)]);
  expect(await store.get(fingerprint(PLAN))).toEqual(PLAN);
});
