import { AsyncLocalStorage } from 'node:async_hooks';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { OffboardError } from '../model/errors.ts';
import type { KeyRing } from './keys.ts';
import { boundOf, isEncrypted, isOf, openPayload, sealPayload } from './payload.ts';

/**
 * The codec of a client. What it sends is bound to the workflow that it is for; an answer must be encrypted for just that workflow: whoever may write to
 * the namespace can answer in a worker's place. Throws AnswerRefused, and tells nothing of the answer.
 */
export class ClientCodec implements PayloadCodec {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => sealPayload(this.#ring, payload, boundOf(context))));
  }

  // oxlint-disable-next-line typescript/require-await
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => this.#open(payload, context));
  }

  #open(payload: Payload, context: SerializationContext | undefined): Payload {
    const run = context?.workflowId ?? 'the run';
    if (!isEncrypted(payload)) throw answerRefused(run, 'is not encrypted');
    let opened: ReturnType<typeof openPayload>;
    try {
      opened = openPayload(this.#ring, payload);
    } catch (cause) {
      throw answerRefused(run, 'cannot be read with the keys of this machine', cause);
    }
    if (!opened.bound || !isOf(opened.bound, context)) throw answerRefused(run, 'was not encrypted for it');
    const heard = hearing.getStore();
    if (heard) heard.payloads++;
    return opened.payload;
  }
}

/** What is decoded while an answer is waited for. */
const hearing = new AsyncLocalStorage<{ payloads: number }>();

/** An answer that holds something: one without a payload never passes a codec, and anybody can send it. Throws AnswerRefused. */
export async function answered<T>(run: string, ask: () => Promise<T>): Promise<T> {
  const heard = { payloads: 0 };
  const answer = await hearing.run(heard, ask);
  if (heard.payloads === 0) throw answerRefused(run, 'is empty');
  return answer;
}

/** What was answered in the name of a run, and is not shown. */
export function answerRefused(run: string, why: string, cause?: unknown): OffboardError {
  const mend = 'compare the keys of this machine with the worker’s, and look who else polls its task queue';
  return new OffboardError('AnswerRefused', `an answer of ${run} ${why}, so nothing of it is shown; ${mend}`, { cause });
}
