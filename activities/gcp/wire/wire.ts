import { setTimeout as sleep } from 'node:timers/promises';
import { NotYetError } from '../../answer.ts';
import { pageMarks } from '../../page-marks.ts';
import type { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';

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
export function withProjectId(name: string, projectId: string): string {
  return name.replace(/^projects\/[^/]+\//, `projects/${projectId}/`);
}

/** Google leaves out what is empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/** An answer as its operation defines it; the SDK's types promise that, and look at nothing. Throws NotYetError, naming the field. */
export function shaped<T>(what: string, shape: z.ZodType<T>, data: unknown): T {
  const read = shape.safeParse(data);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') || 'the whole';
  throw new NotYetError('NotAnAnswer', `what Google gave for ${what} has not the shape of that: ${field}: ${issue?.message ?? ''}`);
}

/** All pages of a listing, which stands in `field` of each answer; a failed page fails the whole list. */
export async function pages<T>(
  field: string,
  shape: z.ZodType<T>,
  ask: (token: { pageToken?: string }) => Promise<{ data: unknown }>,
): Promise<T[]> {
  const page = z.looseObject({ [field]: z.array(shape).nullish(), nextPageToken: z.string().nullish() });
  const all: T[] = [];
  const follow = pageMarks(field);
  let token = {};
  for (;;) {
    const answer = shaped(field, page, (await ask(token)).data);
    all.push(...((answer[field] as T[] | null | undefined) ?? []));
    const { nextPageToken } = answer as { nextPageToken?: string | null };
    if (!nextPageToken) return all;
    follow(nextPageToken);
    token = { pageToken: nextPageToken };
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

const Operation = z
  .object({
    name: text,
    done: flag,
    error: z.object({ code: z.int().nullish(), message: z.string().nullish() }).nullish(),
  })
  .refine(({ name, done }) => done || name !== '', { path: ['name'], message: 'is missing of an operation that is not done' });

/** Polls a long-running operation until it is done. Throws OperationError when it failed, NotYetError when it still runs after a minute. */
export async function finished(first: unknown, get: (name: string) => Promise<unknown>): Promise<void> {
  const end = Date.now() + OPERATION_LIMIT_MS;
  let operation = shaped('a change', Operation, first);
  let pause = OPERATION_PAUSES_MS.first;
  while (!operation.done) {
    if (Date.now() > end) throw new NotYetError('OperationRunning', `the operation ${operation.name} still runs`);
    await sleep(pause);
    pause = Math.min(2 * pause, OPERATION_PAUSES_MS.last);
    operation = shaped('an operation', Operation, await get(operation.name));
  }
  if (operation.error) throw new OperationError(operation.error.message ?? 'the operation failed', operation.error.code ?? 2);
}
