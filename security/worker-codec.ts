import { defaultPayloadConverter, type Payload, type PayloadCodec, type SerializationContext } from '@temporalio/common';
import { marked, type Mark } from '../model/marked-payload.ts';
import type { KeyRing } from './keys.ts';
import { boundOf, isEncrypted, isOf, openPayload, sealPayload } from './payload.ts';

/** The encodings of a value that a person can type. */
const TYPED = ['json/plain', 'binary/null'];

/**
 * The codec of a worker. What it encodes is bound to the workflow that it is for. Decoding never throws: a payload stays in history, and one that throws there would
 * fail the workflow's task for ever. What is plain, unreadable or bound to another workflow becomes a marked payload (`model/marked-payload.ts`)
 * for whoever takes it. `takesPlain`: whether the worker's policy lets plain messages in now; where it cannot be read, none.
 */
export class WorkerCodec implements PayloadCodec {
  readonly #ring: KeyRing;
  readonly #takesPlain: () => boolean;

  constructor(ring: KeyRing, { takesPlain }: { takesPlain: () => boolean }) {
    this.#ring = ring;
    this.#takesPlain = takesPlain;
  }

  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => sealPayload(this.#ring, payload, boundOf(context))));
  }

  decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.resolve(
      payloads.map((payload) => {
        const found = this.#judge(payload, context);
        return 'reason' in found ? defaultPayloadConverter.toPayload(marked(found)) : found;
      }),
    );
  }

  #judge(payload: Payload, context: SerializationContext | undefined): Payload | Mark {
    if (!isEncrypted(payload)) return this.#plain(payload, context);
    try {
      const opened = openPayload(this.#ring, payload);
      if (!opened.bound) return this.#plain(opened.payload, context);
      if (!isOf(opened.bound, context)) return { reason: 'elsewhere' };
      // What cannot be converted would throw in the workflow.
      defaultPayloadConverter.fromPayload(opened.payload);
      return opened.payload;
    } catch {
      return { reason: 'unreadable' };
    }
  }

  /** People may type messages to a workflow; what activities are given and answer is always written by one of ours. */
  #plain(payload: Payload, context: SerializationContext | undefined): Mark {
    if (context?.type !== 'workflow') return { reason: 'plain', taken: false };
    if (!TYPED.includes(Buffer.from(payload.metadata?.['encoding'] ?? []).toString())) return { reason: 'unreadable' };
    try {
      return { reason: 'plain', taken: this.#taken(), value: defaultPayloadConverter.fromPayload(payload) };
    } catch {
      return { reason: 'unreadable' };
    }
  }

  #taken(): boolean {
    try {
      return this.#takesPlain();
    } catch {
      return false;
    }
  }
}
