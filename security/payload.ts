import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Payload, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { decrypt, encrypt, type KeyRing } from './keys.ts';

const ENCODING = 'binary/encrypted';
const CONTEXT = 'temporal-payload';

/** How what is large is made smaller before it is encrypted (RFC 1951): a manifest may name ten thousand systems. */
const DEFLATE = 'deflate';
/** From how many bytes on that is tried. */
const LARGE = 16_384;
/** What swells beyond so many bytes is none of ours. */
const MOST = 64 * 1024 * 1024;

/** Whose a ciphertext is: it stands in its metadata to be read, and in its authenticated data so that it cannot be changed. */
export interface Bound {
  namespace: string;
  workflowId: string;
}

/**
 * Encrypts a payload. Metadata: `encoding: binary/encrypted`, `encryption-key-id`, `namespace`, `workflow-id`; `compression: deflate` where that was done before. One that is bound to no workflow, as the
 * codec server makes it, is worth no more than a plain one.
 */
export function sealPayload(ring: KeyRing, payload: Payload, bound: Bound | undefined): Payload {
  const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
  const deflated = plain.length < LARGE || plain.length > MOST ? plain : deflateRawSync(plain);
  const compression = deflated.length < plain.length ? DEFLATE : undefined;
  const { keyId, data } = encrypt(ring, compression ? deflated : plain, aadOf(bound, compression));
  const names = {
    encoding: ENCODING,
    'encryption-key-id': keyId,
    ...(compression ? { compression } : {}),
    ...(bound ? { namespace: bound.namespace, 'workflow-id': bound.workflowId } : {}),
  };
  return { metadata: Object.fromEntries(Object.entries(names).map(([name, text]) => [name, Buffer.from(text)])), data };
}

/**
 * The reverse of `sealPayload`, and whose it is: comparing that is for whoever opens it. Throws when the key is unknown, when the data or what
 * it is bound to was changed, or where it swells beyond 64 MiB.
 */
export function openPayload(ring: KeyRing, payload: Payload): { payload: Payload; bound: Bound | undefined } {
  const bound = claimOf(payload);
  const compression = text(payload, 'compression');
  const data = decrypt(ring, text(payload, 'encryption-key-id') ?? '', payload.data ?? Buffer.alloc(0), aadOf(bound, compression));
  const plain = compression === undefined ? data : inflateRawSync(data, { maxOutputLength: MOST });
  return { payload: proto.temporal.api.common.v1.Payload.decode(plain), bound };
}

/** The same for whoever only shows what there is: a plain one passes. */
export function readPayload(ring: KeyRing, payload: Payload): { payload: Payload; bound: Bound | undefined } {
  return isEncrypted(payload) ? openPayload(ring, payload) : { payload, bound: undefined };
}

export function isEncrypted(payload: Payload): boolean {
  return text(payload, 'encoding') === ENCODING;
}

/** The workflow that the SDK speaks of; undefined for an activity that was started by itself. */
export function boundOf(context: SerializationContext | undefined): Bound | undefined {
  return context?.workflowId ? { namespace: context.namespace, workflowId: context.workflowId } : undefined;
}

export function isOf(bound: Bound, context: SerializationContext | undefined): boolean {
  const own = boundOf(context);
  return own?.namespace === bound.namespace && own.workflowId === bound.workflowId;
}

function claimOf(payload: Payload): Bound | undefined {
  const [namespace, workflowId] = [text(payload, 'namespace'), text(payload, 'workflow-id')];
  return namespace === undefined || workflowId === undefined ? undefined : { namespace, workflowId };
}

function aadOf(bound: Bound | undefined, compression: string | undefined): string {
  const how = compression === undefined ? [] : [compression];
  return JSON.stringify(bound ? [CONTEXT, bound.namespace, bound.workflowId, ...how] : [CONTEXT, ...how]);
}

function text(payload: Payload, name: string): string | undefined {
  const bytes = payload.metadata?.[name];
  return bytes ? Buffer.from(bytes).toString() : undefined;
}
