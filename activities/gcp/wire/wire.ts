import { setTimeout as sleep } from 'node:timers/promises';
import { NotYetError } from '../../answer.ts';
import { pageMarks } from '../../page-marks.ts';
import type { GoogleAuth } from 'google-auth-library';
import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';

/** What every client of Google's is made with. */
export interface ClientOptions {
  auth: GoogleAuth;
  timeout: number;
  retry: false;
}

export const PAGE = 100;
/** Each pause is twice the one before, up to the last. */
const OPERATION_PAUSES_MS = { first: 50, last: 500 };
const OPERATION_LIMIT_MS = 60_000;

export type Endpoint = { rootUrl?: string };

/** Given with each call: the SDK drops the path of a `rootUrl` that is given to the client. */
export function rootUrl(endpoint: string | undefined): Endpoint {
  return endpoint ? { rootUrl: endpoint.endsWith('/') ? endpoint : `${endpoint}/` } : {};
}

/** Google names resources by project number or id; the product's names all carry the id. */
export function withProjectId(name: string | null | undefined, projectId: string): string {
  return (name ?? '').replace(/^projects\/[^/]+\//, `projects/${projectId}/`);
}

/** All pages of a listing, which stands in `field` of each answer; a failed page fails the whole list. */
export async function pages<K extends string, T>(
  field: K,
  ask: (token: { pageToken?: string }) => Promise<{ data: { [field in K]?: T[] | null } & { nextPageToken?: string | null } }>,
): Promise<T[]> {
  const all: T[] = [];
  const follow = pageMarks(field);
  let token = {};
  for (;;) {
    const { data } = await ask(token);
    all.push(...(data[field] ?? []));
    if (!data.nextPageToken) return all;
    follow(data.nextPageToken);
    token = { pageToken: data.nextPageToken };
  }
}

/** A long-running operation that ended in an error. `code` is a google.rpc.Code. */
export class OperationError extends Error {
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.name = 'OperationError';
    this.code = code;
  }
}

/** Polls a long-running operation until it is done. Throws OperationError when it failed, NotYetError when it still runs after a minute. */
export async function finished(first: iam_v1.Schema$Operation, get: (name: string) => Promise<iam_v1.Schema$Operation>): Promise<void> {
  const end = Date.now() + OPERATION_LIMIT_MS;
  let operation = first;
  let pause = OPERATION_PAUSES_MS.first;
  while (!operation.done) {
    if (Date.now() > end) throw new NotYetError('OperationRunning', `the operation ${first.name} still runs`);
    await sleep(pause);
    pause = Math.min(2 * pause, OPERATION_PAUSES_MS.last);
    operation = await get(first.name ?? '');
  }
  if (operation.error) throw new OperationError(operation.error.message ?? 'the operation failed', operation.error.code ?? 2);
}
