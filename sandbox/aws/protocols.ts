import { randomUUID } from 'node:crypto';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { awsNeed } from '../permissions/aws.ts';
import { accountOf, authenticate, WORKER_ARN, type Caller } from './credentials.ts';
import { AwsError, type Xml } from './wire.ts';

/** One request to AWS, whose signature was checked. */
export interface Query {
  action: string;
  parameters: URLSearchParams;
  caller: Caller;
  request: SandboxRequest;
  context: SandboxContext;
}

/**
 * A service on AWS's query protocol. `namespace` is that of its XML and ends with its version; `callOf` makes of a request what the handlers
 * take, or throws AwsError for who may not call. A handler gives the content of `<ActionResult>`, or nothing.
 */
export function queryService<C>(
  prefix: string,
  namespace: string,
  handlers: Record<string, (call: C) => Xml | void>,
  callOf: (query: Query) => C,
): SandboxService {
  return {
    prefix,
    handle(request, context) {
      try {
        const caller = authenticate(request, `${prefix}${request.path}`, context);
        const parameters = new URLSearchParams(request.body);
        const action = parameters.get('Action') ?? '';
        demandNeeded(context, caller, prefix.slice(1), action, parameters);
        const handler = handlers[action];
        if (!handler)
          throw new AwsError(400, 'InvalidAction', `Could not find operation ${action} for version ${namespace.split('/').at(-2)}`);
        const result = handler(callOf({ action, parameters, caller, request, context })) ?? undefined;
        const body = result === undefined ? '' : element(`${action}Result`, result);
        const id = element('RequestId', randomUUID());
        return xml(200, `<${action}Response xmlns="${namespace}">${body}<ResponseMetadata>${id}</ResponseMetadata></${action}Response>`);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const body = element('Error', { Type: 'Sender', Code: error.code, Message: error.message });
        return xml(error.status, `<ErrorResponse xmlns="${namespace}">${body}${element('RequestId', randomUUID())}</ErrorResponse>`);
      }
    },
  };
}

/** A service on JSON 1.1; `target` stands before the action in the header that names it. */
export function jsonService(prefix: string, target: string, handle: (query: Omit<Query, 'parameters'>) => object): SandboxService {
  const json = (status: number, body: object) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
    return { status, headers, body: JSON.stringify(body) };
  };
  return {
    prefix,
    handle(request, context) {
      try {
        const caller = authenticate(request, `${prefix}${request.path}`, context);
        const action = (request.headers['x-amz-target'] ?? '').replace(target, '');
        demandNeeded(context, caller, prefix.slice(1), action);
        return json(200, handle({ action, caller, request, context }));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return json(error.status, { __type: error.code, Message: error.message });
      }
    },
  };
}

/** Throws AWS's refusal of a request that needs what the worker was not given. Source: IAM User Guide, "Troubleshoot access denied error messages". */
function demandNeeded(
  { permissions }: SandboxContext,
  caller: Caller,
  service: string,
  action: string,
  parameters?: URLSearchParams,
): void {
  const missing = permissions.missing('aws', awsNeed(service, action, parameters));
  if (missing === undefined) return;
  const who =
    caller.type === 'user'
      ? WORKER_ARN
      : `arn:aws:sts::${accountOf(caller)}:assumed-role/${caller.session.role}/${caller.session.sessionName}`;
  const why = `because no identity-based policy allows the ${missing} action`;
  const message = `User: ${who} is not authorized to perform: ${missing} on resource: * ${why}`;
  throw parameters ? new AwsError(403, 'AccessDenied', message) : new AwsError(400, 'AccessDeniedException', message);
}

function xml(status: number, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}

function element(name: string, value: Xml): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: Exclude<Xml, undefined>): string {
  if (Array.isArray(value)) return value.map((member) => element('member', member)).join('');
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, child]) => element(name, child))
      .join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
