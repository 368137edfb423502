import type { GoogleAuth } from 'google-auth-library';
import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { OperationError } from './operation-error.ts';

/** What every client of Google's is made with. */
export interface ClientOptions {
  auth: GoogleAuth;
  timeout: number;
  retry: false;
}

export const PAGE = 100;
const OPERATION_POLL_MS = 500;
const OPERATION_LIMIT_MS = 60_000;

export type Endpoint = { rootUrl?: string };

/** Given with each call: the SDK drops the path of a `rootUrl` that is given to the client. */
export function rootUrl(endpoint: string | undefined): Endpoint {
  return endpoint ? { rootUrl: endpoint.endsWith('/') ? endpoint : `${endpoint}/` } : {};
}

type PageToken = { pageToken?: string };

/** All pages; a failed page fails the whole list. */
export async function pages<T>(
  page: (token: PageToken) => Promise<{ items?: T[] | null | undefined; next?: string | null | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: PageToken = {};
  for (;;) {
    const { items, next } = await page(token);
    all.push(...(items ?? []));
    if (!next) return all;
    token = { pageToken: next };
  }
}

/** Polls a long-running operation until it is done. Throws OperationError when it failed or still runs after a minute. */
export async function finished(first: iam_v1.Schema$Operation, get: (name: string) => Promise<iam_v1.Schema$Operation>): Promise<void> {
  const end = Date.now() + OPERATION_LIMIT_MS;
  let operation = first;
  while (!operation.done) {
    if (Date.now() > end) throw new OperationError(`the operation ${first.name} still runs`);
    await new Promise((resolve) => setTimeout(resolve, OPERATION_POLL_MS));
    operation = await get(first.name ?? '');
  }
  if (operation.error) throw new OperationError(operation.error.message ?? 'the operation failed', operation.error.code ?? 2);
}
