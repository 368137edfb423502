import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import { Refusal, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';
import { gcpNeed } from '../permissions/gcp.ts';
import { GOOGLE_AUDIENCE } from './token-endpoint.ts';

const HTTP = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
} as const;

/** Google's canonical names, with the HTTP status of each. */
type GcpStatus = keyof typeof HTTP;

/** A refusal in Google's shape; thrown by the handlers, sent by `answer`. */
export class GcpError extends Refusal {
  constructor(code: GcpStatus, message: string) {
    super(HTTP[code], code, message);
  }

  toResponse(): SandboxResponse {
    return { status: this.status, body: { error: { code: this.status, message: this.message, status: this.code } } };
  }
}

/** Google's answer for what is not there or not to be seen: it does not tell which. */
export function permissionDenied(resource: string): GcpError {
  return new GcpError('PERMISSION_DENIED', `The caller does not have permission on resource '${resource}' (or it may not exist).`);
}

/** Google's answer when a permission is missing: it names it. */
export function permissionRefused(permission: string, resource: string): GcpError {
  return new GcpError('PERMISSION_DENIED', `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`);
}

/** A refusal that says in `details` which permission is missing. */
class PermissionMissing extends GcpError {
  readonly #metadata: { permission: string; resource: string };

  constructor(permission: string, resource: string) {
    super('PERMISSION_DENIED', `Permission '${permission}' denied on resource '//${resource}' (or it may not exist).`);
    this.#metadata = { permission, resource };
  }

  override toResponse(): SandboxResponse {
    const { status, code, message } = this;
    const reason = { reason: 'IAM_PERMISSION_DENIED', domain: 'iam.googleapis.com', metadata: this.#metadata };
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...reason }];
    return { status, body: { error: { code: status, message, status: code, details } } };
  }
}

/** Throws PermissionMissing for a request that needs what the worker was not given. */
function demandNeeded({ method, path }: SandboxRequest, context: SandboxContext): void {
  const named = decodeURIComponent(path);
  const need = gcpNeed(method, named);
  const missing = need && context.permissions.missing('gcp', need);
  if (missing !== undefined) throw new PermissionMissing(missing, named.replace(/^\/v\d\//, '').replace(/:\w+$/, ''));
}

/** Runs a handler for an authenticated request, turning GcpError and Unauthorized into answers. */
export async function answer(request: SandboxRequest, context: SandboxContext, handler: () => SandboxResponse): Promise<SandboxResponse> {
  try {
    await verifyBearer(request, context, GOOGLE_AUDIENCE);
    demandNeeded(request, context);
    return handler();
  } catch (error) {
    if (error instanceof GcpError) return error.toResponse();
    if (error instanceof Unauthorized)
      return new GcpError('UNAUTHENTICATED', 'Request had invalid authentication credentials. Expected OAuth 2 access token.').toResponse();
    throw error;
  }
}

const PAGE_SIZE = 2;
const MOST_PAGES = 50;

/**
 * One page of a listing under `name`, with `nextPageToken`; of a short one never more than two, as the API may, so that clients must follow it, and in
 * `mostPages` at most. Absent when empty.
 */
export function page(name: string, values: object[], request: SandboxRequest, mostPages = MOST_PAGES): SandboxResponse {
  const token = request.query.get('pageToken') || '0';
  const most = Math.max(PAGE_SIZE, Math.ceil(values.length / mostPages));
  const size = Number(request.query.get('pageSize') || most);
  if (!/^\d+$/.test(token) || !(size >= 0)) throw new GcpError('INVALID_ARGUMENT', 'The page token or page size is invalid.');
  const from = Number(token);
  const to = from + Math.min(size || most, most);
  const items = values.slice(from, to);
  return {
    status: 200,
    body: { ...(items.length > 0 ? { [name]: items } : {}), ...(to < values.length ? { nextPageToken: String(to) } : {}) },
  };
}

/** The request's body by its schema; an empty body counts as `{}`. Throws GcpError INVALID_ARGUMENT. */
export function readBody<T>(request: SandboxRequest, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(request.body || '{}');
  } catch {
    throw new GcpError('INVALID_ARGUMENT', 'Invalid JSON payload received.');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GcpError('INVALID_ARGUMENT', `Invalid JSON payload received: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
  }
  return parsed.data;
}

/** The fields that say something: Google tells an empty text and none alike. */
export function said(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([k, v]) => (v ? [[k, v]] : [])));
}

/** An etag for content: eight bytes in base64, as Google's look. */
export function etagOf(content: string): string {
  return createHash('sha256').update(content).digest().subarray(0, 8).toString('base64');
}
