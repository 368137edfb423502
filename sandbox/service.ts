import type { EstateStore } from './store.ts';

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
  /** How long a deleted object may stay visible to reads, in ms (eventual consistency). */
  lingerMs: number;
  now(): Date;
}

/** One cloud's API. `prefix` is its first path segment, such as `/arm`; Entra's token endpoint has the prefix `/` and is asked last. */
export interface SandboxService {
  prefix: string;
  /** Largest body it takes; 1 MiB if not said. */
  maxBodyBytes?: number;
  handle(request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> | SandboxResponse;
}
