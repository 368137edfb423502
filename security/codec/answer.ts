import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { KeyRing } from '../keys.ts';
import { readPayload, sealPayload } from '../payload.ts';
import { Refusal } from './refusal.ts';

const { Payloads } = proto.temporal.api.common.v1;

/** The two things that a codec server does. */
export const WAYS = ['encode', 'decode'] as const;
export type Way = (typeof WAYS)[number];

/**
 * Pure but for the nonces: the answer to a body of `/encode` or `/decode`, JSON to JSON: `{payloads: [{metadata, data}]}` with bytes in base64, as Temporal's UI and
 * CLI write them. Throws Refusal, which says which payload is meant and repeats nothing of it.
 */
export function answerOf(ring: KeyRing, way: Way, namespace: string, body: string): string {
  const payloads = payloadsIn(body).map((payload, at) => {
    if (way === 'encode') return sealPayload(ring, payload, undefined);
    return decoded(ring, payload, namespace, at);
  });
  return JSON.stringify({ payloads: payloads.map(toJson) });
}

function payloadsIn(body: string): Payload[] {
  try {
    const parsed = JSON.parse(body) as { payloads?: unknown };
    if (Array.isArray(parsed.payloads)) return Payloads.fromObject(parsed).payloads;
  } catch {
    // What does not parse is told below, in the same words as what has another shape.
  }
  throw new Refusal(400, 'the body is not JSON of the form {"payloads": [{"metadata": {}, "data": ""}]}');
}

/** Whose a payload is stands beside what it holds: the UI never says which workflow it shows, so it is shown and cannot be compared. */
function decoded(ring: KeyRing, payload: Payload, namespace: string, at: number): Payload {
  let read: ReturnType<typeof readPayload>;
  try {
    read = readPayload(ring, payload);
  } catch {
    throw new Refusal(400, `payloads[${at}]: no key of this machine opens it, or it was changed`);
  }
  const { payload: plain, bound } = read;
  if (bound && bound.namespace !== namespace) throw new Refusal(403, `payloads[${at}]: is of another namespace than X-Namespace says`);
  return { ...plain, metadata: { ...plain.metadata, ...(bound ? { 'workflow-id': Buffer.from(bound.workflowId) } : {}) } };
}

function toJson({ metadata, data }: Payload): { metadata: Record<string, string>; data: string } {
  const text = Object.entries(metadata ?? {}).map(([k, v]) => [k, Buffer.from(v).toString('base64')] as const);
  return { metadata: Object.fromEntries(text), data: Buffer.from(data ?? []).toString('base64') };
}
