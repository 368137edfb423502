import { Refusal, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';

/** A refusal in ARM's shape; thrown by the handlers, sent by `armService`. */
export class ArmError extends Refusal {
  toResponse(): SandboxResponse {
    return { status: this.status, body: { error: { code: this.code, message: this.message } } };
  }
}

const PAGE_SIZE = 3;

/** One page of a listing with its `nextLink`; the pages are small so that clients must follow them. */
export function page(values: object[], request: SandboxRequest, { origin }: SandboxContext): SandboxResponse {
  const next = new URL(`${origin}/arm${request.path}?${request.query.toString()}`);
  const token = request.query.get('$skipToken') ?? '0';
  if (!/^\d+$/.test(token)) throw new ArmError(400, 'InvalidSkipToken', 'The skip token is not one this service gave.');
  const from = Number(token);
  const rest = from + PAGE_SIZE < values.length;
  next.searchParams.set('$skipToken', String(from + PAGE_SIZE));
  return { status: 200, body: { value: values.slice(from, from + PAGE_SIZE), ...(rest ? { nextLink: next.href } : {}) } };
}
