import { createHash, timingSafeEqual } from 'node:crypto';
import type { EstateObjectKind, ObjectOf } from './objects.ts';
import type { Permissions } from './permissions/permissions.ts';
import type { EstateStore } from './store.ts';

/** A refusal of a service, answered in its cloud's own shape: `status` of HTTP, `code` in the cloud's words. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
  }
}

/** One request as every service of the sandbox sees it, after the body was read and the service's prefix cut off the path. */
export interface SandboxRequest {
  method: string;
  /** Path below the service's prefix, still percent-encoded, always starting with `/`. */
  path: string;
  query: URLSearchParams;
  /** Lower-case header names. */
  headers: Record<string, string>;
  body: string;
}

/** An answer; objects are sent as JSON, strings with the content type given in `headers`. */
export interface SandboxResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | object;
}

/** What a service may use besides the request. */
export interface SandboxContext {
  store: EstateStore;
  /** `https://127.0.0.1:<port>`, without a trailing slash: for links in answers (nextLink, operation names). */
  origin: string;
  linger: Linger;
  permissions: Permissions;
  now(): Date;
}

/**
 * How long, in ms, a change is not shown yet (eventual consistency): what was deleted still stands in lists (`list`) and is found by single reads
 * (`get`); what was made or undeleted does not yet stand in lists (`newList`), and is not found by single reads (`newGet`).
 */
export interface Linger {
  list: number;
  get: number;
  newList: number;
  newGet: number;
}

/** Every read shows what was deleted for so long. */
export function lingering(ms: number): Linger {
  return { list: ms, get: ms, newList: 0, newGet: 0 };
}

/**
 * Objects of one kind as a list or a single read shows them: what its lag hides of the changes lately has not happened there. `part`: those of one
 * part of the estate alone.
 */
export function visible<K extends EstateObjectKind>(context: SandboxContext, kind: K, read: 'list' | 'get', part?: string): ObjectOf<K>[] {
  const { store, linger, now } = context;
  const hidden = read === 'list' ? linger.newList : linger.newGet;
  const within = part === undefined ? {} : { part };
  const known = store.list(kind, { ...within, ...(hidden === 0 ? {} : { madeBy: new Date(now().getTime() - hidden) }) });
  return [...known, ...deletedWithin(context, kind, linger[read], part).map((d) => d.object)];
}

/** Objects of one kind that were deleted less than `ms` ago. `part` as for `visible`. */
export function deletedWithin<K extends EstateObjectKind>({ store, now }: SandboxContext, kind: K, ms: number, part?: string) {
  const since = now().getTime() - ms;
  return store.deleted(kind, part).filter((d) => d.deletedAt.getTime() > since);
}

/** One cloud's API. `prefix` is its first path segment, such as `/arm`; Entra's token endpoint has the prefix `/` and is asked last. */
export interface SandboxService {
  prefix: string;
  /** Largest body it takes; 1 MiB if not said. */
  maxBodyBytes?: number;
  handle(request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> | SandboxResponse;
}

/** Who answers a method and a path; `names` are what the pattern's groups found. */
export type Route = [
  method: string,
  path: RegExp,
  handler: (names: string[], request: SandboxRequest, context: SandboxContext) => SandboxResponse,
];

/** The answer of the first route that knows this method and path; undefined when none does. */
export function answerOf(routes: Route[], path: string, request: SandboxRequest, context: SandboxContext): SandboxResponse | undefined {
  for (const [method, pattern, handler] of routes) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (match) return handler(match.slice(1), request, context);
  }
  return undefined;
}

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A body as JSON; undefined where it is none. */
export function jsonOf({ body }: SandboxRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
