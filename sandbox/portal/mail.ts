import { randomUUID } from 'node:crypto';
import type { SandboxContext, SandboxService } from '../service.ts';
import { document, html, raw } from './html.ts';

/** One mail in the sandbox's mailbox; `receivedAt` in ISO 8601. */
interface Mail {
  id: string;
  to: string;
  subject: string;
  receivedAt: string;
  text: string;
}

/** The mailbox the one-time passwords go to: a page at /mail and `GET /mail/api/messages?to=ADDR`. */
export const mailService: SandboxService = {
  prefix: '/mail',
  handle(request, context) {
    const to = request.query.get('to') ?? undefined;
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' }, body: { error: { code: 'MethodNotAllowed' } } };
    if (request.path === '/api/messages') return { status: 200, body: { value: mailsTo(context, to) } };
    if (request.path !== '/') return { status: 404, body: { error: { code: 'NotFound' } } };
    const mails = mailsTo(context, to).map(
      (m) =>
        html`<article>
          <h2>${m.subject}</h2>
          <p class="quiet">to ${m.to} · ${m.receivedAt}</p>
          <pre>${m.text}</pre>
        </article>`,
    );
    const list = mails.length > 0 ? raw(mails.join('')) : html`<p class="quiet">No mail yet. This page looks again every 3 seconds.</p>`;
    return document(
      'Mailbox',
      html`<h1>Mailbox${to ? ` of ${to}` : ''}</h1>
        ${list}`,
      { refreshSeconds: 3 },
    );
  },
};

/** Delivers a mail. */
export function deliver(context: SandboxContext, mail: Pick<Mail, 'to' | 'subject' | 'text'>): void {
  messages(context).push({ id: randomUUID(), receivedAt: context.now().toISOString(), ...mail });
  context.store.save();
}

/** The mails to one address, or all of them, newest first. */
function mailsTo(context: SandboxContext, to?: string): Mail[] {
  const wanted = to?.toLowerCase();
  return messages(context)
    .filter((m) => wanted === undefined || m.to.toLowerCase() === wanted)
    .toReversed();
}

function messages(context: SandboxContext): Mail[] {
  return context.store.slot<{ messages: Mail[] }>('mailbox', { messages: [] }).messages;
}
