import { randomUUID } from 'node:crypto';
import { entraClient } from '../entra/client.ts';
import { Refusal, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';

/** A refusal in Graph's shape; thrown by the handlers, sent by `graphService`. */
export class GraphError extends Refusal {
  toResponse(context: SandboxContext): SandboxResponse {
    const id = randomUUID();
    const innerError = { date: context.now().toISOString(), 'request-id': id, 'client-request-id': id };
    return {
      status: this.status,
      headers: { 'request-id': id },
      body: { error: { code: this.code, message: this.message, innerError } },
    };
  }
}

/** What was found under an id. Throws GraphError 404 when that is nothing (any more). */
export function found<T>(object: T | undefined, id: string): T {
  if (object !== undefined) return object;
  throw new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** Throws GraphError 403 when the estate takes a permission from the worker's own principal. */
export function demandPermission(context: SandboxContext, permission: string): void {
  const { clientId } = entraClient(context.store);
  const worker = context.store.list('entra-service-principal').find((p) => p.appId.toLowerCase() === clientId.toLowerCase());
  if (worker?.lacks.includes(permission)) throw refused();
}

/** Graph's words for a permission that is missing: it does not say which. */
export function refused(): GraphError {
  return new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

const DEFAULT_PAGE_SIZE = 2;

/** One page of a collection, filtered by `$filter`, with `@odata.nextLink`; small by default, so that clients must follow it. */
export function collection(
  values: Record<string, unknown>[],
  type: string,
  request: SandboxRequest,
  context: SandboxContext,
): SandboxResponse {
  const matching = values.filter(predicate(request.query.get('$filter')));
  const size = wholeNumber(request, '$top') ?? DEFAULT_PAGE_SIZE;
  const from = wholeNumber(request, '$skiptoken') ?? 0;
  const next = new URL(`${context.origin}/graph${request.path}?${request.query.toString()}`);
  next.searchParams.set('$skiptoken', String(from + size));
  const body = {
    '@odata.context': metadata(context, type),
    ...(from + size < matching.length ? { '@odata.nextLink': next.href } : {}),
    value: matching.slice(from, from + size).map((v) => select(v, request)),
  };
  return { status: 200, body };
}

/** One entity with its context, narrowed by `$select`. */
export function entity(value: Record<string, unknown>, type: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return { status: 200, body: { '@odata.context': metadata(context, `${type}/$entity`), ...select(value, request) } };
}

function metadata(context: SandboxContext, type: string): string {
  return `${context.origin}/graph/v1.0/$metadata#${type}`;
}

function wholeNumber(request: SandboxRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,6}$/.test(text) || (name === '$top' && (Number(text) < 1 || Number(text) > 999)))
    throw new GraphError(400, 'Request_BadRequest', `Invalid value '${text}' for ${name}.`);
  return Number(text);
}

function select(value: Record<string, unknown>, request: SandboxRequest): Record<string, unknown> {
  const names = request.query.get('$select')?.split(',');
  return names ? Object.fromEntries(Object.entries(value).filter(([name]) => name.startsWith('@') || names.includes(name))) : value;
}

type Predicate = (value: Record<string, unknown>) => boolean;

/** The filters this project sends: `p eq '…'`, `startswith(p,'…')`, `p/any(x:x eq '…')`, joined by `and`. */
function predicate(filter: string | null): Predicate {
  const terms = (filter ?? '').split(/ and (?=(?:[^']*'[^']*')*[^']*$)/).map((t) => t.trim());
  const predicates = terms.filter(Boolean).map(parseTerm);
  return (value) => predicates.every((p) => p(value));
}

function parseTerm(term: string): Predicate {
  const literal = (text: string | undefined) => (text ?? '').replaceAll("''", "'").toLowerCase();
  const equal = /^(\w+) eq (?:'((?:[^']|'')*)'|(true|false))$/.exec(term);
  if (equal?.[1]) return (v) => String(v[equal[1] as string]).toLowerCase() === literal(equal[2] ?? equal[3]);
  const starts = /^startswith\((\w+),\s*'((?:[^']|'')*)'\)$/i.exec(term);
  if (starts?.[1])
    return (v) =>
      String(v[starts[1] as string])
        .toLowerCase()
        .startsWith(literal(starts[2]));
  const any = /^(\w+)\/any\((\w+):\s*\2 eq '((?:[^']|'')*)'\)$/.exec(term);
  if (any?.[1]) return (v) => (v[any[1] as string] as string[] | undefined)?.some((e) => e.toLowerCase() === literal(any[3])) ?? false;
  throw new GraphError(400, 'BadRequest', `Invalid filter clause: '${term}'.`);
}
