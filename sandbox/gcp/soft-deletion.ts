import { z } from 'zod';
import type { ObjectOf } from '../objects.ts';
import type { SandboxContext, SandboxRequest } from '../service.ts';
import { GcpError, readBody } from './wire.ts';

const RETENTION_MS = 30 * 86_400_000;

/** A pool or provider with the state the API shows: DELETED once its delete operation is done, and until 30 days are over. */
export interface SoftDeletable<T> {
  object: T;
  deletedAt?: Date;
  state: 'ACTIVE' | 'DELETED';
  expireTime?: string;
}

/** Live pools or providers and those deleted within 30 days. */
export function softDeletable<K extends 'gcp-pool' | 'gcp-provider'>(context: SandboxContext, kind: K): SoftDeletable<ObjectOf<K>>[] {
  const now = context.now().getTime();
  const live = context.store.list(kind).map((object) => ({ object, state: 'ACTIVE' as const }));
  const deleted = context.store.deleted(kind).filter((d) => d.deletedAt.getTime() > now - RETENTION_MS);
  return [
    ...live,
    ...deleted.map(({ object, deletedAt }) =>
      now < deletedAt.getTime() + context.lingerMs
        ? { object, deletedAt, state: 'ACTIVE' as const }
        : { object, deletedAt, state: 'DELETED' as const, expireTime: new Date(deletedAt.getTime() + RETENTION_MS).toISOString() },
    ),
  ];
}

/** Deletes it softly. Throws GcpError 404 when that was done before. */
export function softDelete(context: SandboxContext, found: SoftDeletable<ObjectOf<'gcp-pool' | 'gcp-provider'>>, name: string): void {
  if (found.deletedAt) throw new GcpError('NOT_FOUND', `Requested entity was not found: ${name}.`);
  context.store.remove(found.object, context.now());
}

const PatchBody = z.strictObject({ disabled: z.boolean().default(false) });

/** What a PATCH sets `disabled` to, the only field the sandbox lets change. Throws GcpError INVALID_ARGUMENT for any other. */
export function disabledOf(request: SandboxRequest): boolean {
  if (request.query.get('updateMask') !== 'disabled')
    throw new GcpError('INVALID_ARGUMENT', 'The sandbox changes the field disabled only.');
  return readBody(request, PatchBody).disabled;
}
