import type { Session } from '../client/run/session.ts';

export interface Histories {
  /** Events of the longest history. */
  largestHistory: number;
  /** Bytes of the largest payload, encrypted, in any history. */
  largestPayload: number;
}

/** Looks through the history of every workflow of a namespace. */
export async function largestOf({ client }: Session): Promise<Histories> {
  const largest = { largestHistory: 0, largestPayload: 0 };
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    largest.largestHistory = Math.max(largest.largestHistory, events?.length ?? 0);
    largest.largestPayload = Math.max(largest.largestPayload, ...payloadsIn(events));
  }
  return largest;
}

/** Sizes of all bytes in a value: what is large in a history is payloads. */
function* payloadsIn(value: unknown): Generator<number> {
  if (value instanceof Uint8Array) yield value.byteLength;
  else if (Array.isArray(value)) for (const one of value) yield* payloadsIn(one);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* payloadsIn(one);
}
