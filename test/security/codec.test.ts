import { createSecretKey, type KeyObject } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { expect, test } from 'vitest';
import { EncryptionCodec } from '../../security/codec.ts';
import type { KeyRing } from '../../security/keys.ts';

const OLD = createSecretKey(Buffer.alloc(32, 1));
const NEW = createSecretKey(Buffer.alloc(32, 2));
const ring = (current: string, keys: [string, KeyObject][]): KeyRing => ({ current, keys: new Map(keys) });
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

test('payloads of every encoding come back as they went, metadata included', async () => {
  const codec = new EncryptionCodec(ring('old', [['old', OLD]]));
  const payloads = [payload({ tenant: 'contoso' }), payload(undefined), payload(new Uint8Array([1, 2, 3]))];
  const decoded = await codec.decode(await codec.encode(payloads));
  expect(decoded.map((p) => text(p.metadata?.['encoding']))).toEqual(['json/plain', 'binary/null', 'binary/plain']);
  expect(decoded.map((p) => defaultPayloadConverter.fromPayload<unknown>(p))).toEqual([
    { tenant: 'contoso' },
    undefined,
    new Uint8Array([1, 2, 3]),
  ]);
});

test('an encrypted payload names its key and shows nothing else', async () => {
  const codec = new EncryptionCodec(ring('old', [['old', OLD]]));
  const [encrypted] = await codec.encode([payload({ tenant: 'contoso' })]);
  expect(Object.fromEntries(Object.entries(encrypted?.metadata ?? {}).map(([k, v]) => [k, text(v)]))).toEqual({
    encoding: 'binary/encrypted',
    'encryption-key-id': 'old',
  });
  expect(text(encrypted?.data)).not.toContain('contoso');
  expect(text(encrypted?.data)).not.toContain('json/plain');
});

test('a plain payload, such as a signal typed into the Temporal UI, passes on decoding', async () => {
  const plain = payload({ by: 'riley' });
  expect(await new EncryptionCodec(ring('old', [['old', OLD]])).decode([plain])).toEqual([plain]);
});

test('after a rotation the new key encrypts and the old one still decodes', async () => {
  const before = new EncryptionCodec(ring('old', [['old', OLD]]));
  const after = new EncryptionCodec(
    ring('new', [
      ['new', NEW],
      ['old', OLD],
    ]),
  );
  const history = await before.encode([payload('written before')]);
  const since = await after.encode([payload('written after')]);
  const decoded = await after.decode([...history, ...since]);
  expect(decoded.map((p) => defaultPayloadConverter.fromPayload<string>(p))).toEqual(['written before', 'written after']);
  expect(since.map((p) => text(p.metadata?.['encryption-key-id']))).toEqual(['new']);
});

test('a key that was taken away, and a payload that was changed, are refused', async () => {
  const [encrypted] = await new EncryptionCodec(ring('old', [['old', OLD]])).encode([payload('text')]);
  const without = new EncryptionCodec(ring('new', [['new', NEW]]));
  await expect((async () => without.decode([encrypted as Payload]))()).rejects.toThrow('key old is not among the keys');
  const changed = Buffer.from(encrypted?.data ?? []);
  changed.writeUInt8((changed[20] ?? 0) ^ 1, 20);
  const codec = new EncryptionCodec(ring('old', [['old', OLD]]));
  await expect((async () => codec.decode([{ ...encrypted, data: changed }]))()).rejects.toThrow('unable to authenticate');
});
