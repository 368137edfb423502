import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

import { decrypt, encrypt, type KeyRing } from './keys.ts';

const ENCODING = 'binary/encrypted';
const CONTEXT = 'temporal-payload';

/**
 * Encrypts every payload that leaves a client or worker. Metadata: `encoding: binary/encrypted`, `encryption-key-id`. Payloads that
 * are not encrypted pass on decoding, so that a signal typed into the Temporal UI arrives.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #ring: KeyRing;
  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(
      payloads.map((payload) => {
        const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
        const { keyId, data } = encrypt(this.#ring, plain, CONTEXT);
        return { metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyId) }, data };
      }),
    );
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(
      payloads.map((payload) => {
        if (Buffer.from(payload.metadata?.['encoding'] ?? []).toString() !== ENCODING) return payload;
        const keyId = Buffer.from(payload.metadata?.['encryption-key-id'] ?? []).toString();
        return proto.temporal.api.common.v1.Payload.decode(decrypt(this.#ring, keyId, payload.data ?? Buffer.alloc(0), CONTEXT));
      }),
    );
  }
}
