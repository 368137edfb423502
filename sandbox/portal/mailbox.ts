import { randomUUID } from 'node:crypto';
import type { SandboxContext } from '../service.ts';

/** One mail in the sandbox's mailbox; `receivedAt` in ISO 8601. */
export interface Mail {
  id: string;
  to: string;
  subject: string;
  receivedAt: string;
  text: string;
}

/** Delivers a mail. */
export function deliver(context: SandboxContext, mail: Pick<Mail, 'to' | 'subject' | 'text'>): void {
  messages(context).push({ id: randomUUID(), receivedAt: context.now().toISOString(), ...mail });
  context.store.save();
}

/** The mails to one address, or all of them, newest first. */
export function mailsTo(context: SandboxContext, to?: string): Mail[] {
  const wanted = to?.toLowerCase();
  return messages(context)
    .filter((m) => wanted === undefined || m.to.toLowerCase() === wanted)
    .toReversed();
}

function messages(context: SandboxContext): Mail[] {
  return context.store.slot<{ messages: Mail[] }>('mailbox', { messages: [] }).messages;
}
