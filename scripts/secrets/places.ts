import { globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Session } from '../../client/run/session.ts';
import type { KeyRing } from '../../security/keys.ts';
import { readPayload } from '../../security/payload.ts';
import type { Place } from './search.ts';

/** Every file below a folder, by `name` and its path there. */
export function filesIn(name: string, folder: string, pattern = '**/*'): Place[] {
  return globSync(pattern, { cwd: folder })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ name: `${name}: ${relative(folder, file)}`, bytes: readFileSync(file) }));
}

/** The histories of all that Temporal knows, as the server hands them out, and what their payloads hold once they are decrypted. */
export async function histories({ client }: Session, ring: KeyRing): Promise<Place[]> {
  const places: Place[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const plain = payloadsIn(history).map((payload) => Buffer.from(opened(ring, payload).data ?? []));
    places.push({ name: `histories: ${workflowId}`, bytes: Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()) });
    places.push({ name: `histories, decrypted: ${workflowId}`, bytes: Buffer.concat(plain) });
  }
  return places;
}

/** What no key of ours opens is searched as it is. */
function opened(ring: KeyRing, payload: Payload): Payload {
  try {
    return readPayload(ring, payload).payload;
  } catch {
    return payload;
  }
}

function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsIn);
}
