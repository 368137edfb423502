import { randomUUID } from 'node:crypto';
import type { SandboxContext, SandboxResponse } from '../service.ts';
import { GcpError } from './wire.ts';

interface Operation {
  startedAt: string;
  type: 'WorkloadIdentityPool' | 'WorkloadIdentityPoolProvider';
}

/** Starts a long-running operation on a pool or provider (`name` is its resource name): the answer is never done yet. */
export function startOperation(context: SandboxContext, name: string, type: Operation['type']): SandboxResponse {
  const operation = `${name}/operations/${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  operations(context)[operation] = { startedAt: context.now().toISOString(), type };
  context.store.save();
  return { status: 200, body: { name: operation, metadata: metadata(type) } };
}

/** The operation as it is now: done once single reads know of it, with the resource as its response. Throws GcpError 404. */
export function getOperation(context: SandboxContext, name: string, resource: () => object): SandboxResponse {
  const operation = operations(context)[name];
  if (!operation) throw new GcpError('NOT_FOUND', `Operation ${name} is not found.`);
  const done = context.now().getTime() >= new Date(operation.startedAt).getTime() + context.linger.get;
  const response = { '@type': `type.googleapis.com/google.iam.v1.${operation.type}`, ...(done ? resource() : {}) };
  return { status: 200, body: { name, metadata: metadata(operation.type), ...(done ? { done, response } : {}) } };
}

function metadata(type: Operation['type']): object {
  return { '@type': `type.googleapis.com/google.iam.v1.${type}OperationMetadata` };
}

function operations(context: SandboxContext): Record<string, Operation> {
  return context.store.slot<Record<string, Operation>>('gcp-operations', {});
}
