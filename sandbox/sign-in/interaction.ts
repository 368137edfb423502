import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { document, html } from '../portal/html.ts';
import { sameSecret, type SandboxContext } from '../service.ts';

const MOST_BYTES = 10_000;

/** The page where a person of the estate types name and password. */
export async function interaction(
  provider: Provider,
  { store }: SandboxContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { uid, prompt, session, params } = await provider.interactionDetails(incoming, outgoing);
  if (prompt.name === 'consent') return await consented(provider, incoming, outgoing, session?.accountId, params['client_id']);
  if (incoming.method !== 'POST') return page(outgoing, uid);
  const form = new URLSearchParams(await bodyOf(incoming));
  const name = (form.get('username') ?? '').toLowerCase();
  const user = store.list('entra-user').find((u) => u.userPrincipalName.toLowerCase() === name);
  if (user?.password === undefined || !sameSecret(form.get('password') ?? '', user.password))
    return page(outgoing, uid, 'Your account or password is incorrect.');
  return await provider.interactionFinished(incoming, outgoing, { login: { accountId: user.id } }, { mergeWithLastSubmission: false });
}

/** Nobody is asked for consent: an administrator gave it. */
async function consented(
  provider: Provider,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  accountId: unknown,
  clientId: unknown,
): Promise<void> {
  const grant = new provider.Grant({ accountId: String(accountId), clientId: String(clientId) });
  grant.addOIDCScope('openid profile');
  grant.addOIDCClaims(['acrs']);
  const grantId = await grant.save();
  return await provider.interactionFinished(incoming, outgoing, { consent: { grantId } }, { mergeWithLastSubmission: true });
}

function page(outgoing: ServerResponse, uid: string, fault?: string): void {
  const { status, body, headers } = document(
    'Sign in',
    html`<h1>Sign in</h1>
      ${fault === undefined ? '' : html`<p class="bad">${fault}</p>`}
      <form method="post" action="/sign-in/interaction/${uid}">
        <p>
          <label>Name <input name="username" autocomplete="username" style="width:20rem;letter-spacing:0" autofocus required /></label>
        </p>
        <p>
          <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        </p>
        <button class="main">Sign in</button>
      </form>`,
    { status: fault === undefined ? 200 : 401 },
  );
  // The way back leads to the command on this machine.
  const policy = headers?.['content-security-policy']?.replace("form-action 'self'", "form-action 'self' http://127.0.0.1:*") ?? '';
  outgoing.writeHead(status, { ...headers, 'content-security-policy': policy, 'cache-control': 'no-store' }).end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    body += chunk.toString('utf8');
    if (body.length > MOST_BYTES) throw new Error('the form is too long');
  }
  return body;
}
