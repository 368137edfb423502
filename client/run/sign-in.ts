import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../model/canonical.ts';
import { messageOf, OffboardError } from '../../model/errors.ts';
import { issuerOf, type SignInPolicy } from '../../model/identity/entra.ts';
import { claimsFault, nonceFor, readIdToken } from '../../model/statement/id-token.ts';
import { parseStatement } from '../../model/statement/statement.ts';
import { visible } from '../../model/visible.ts';
import type { Io } from '../terminal/command.ts';
import { ask, InputEnded } from '../terminal/prompt.ts';
import { listenForRedirect } from './redirect.ts';
import type { Sign } from './sign.ts';

/** Where the command speaks with whoever types it. */
export type Terminal = Pick<Io, 'env' | 'err' | 'stdin' | 'interactive'>;

/** A statement is to arrive within 15 minutes of when it was made. */
const WITHIN_MS = 10 * 60_000;

/**
 * Proves a statement by a sign-in with Entra ID: authorization code with PKCE (S256) on a loopback redirect, the statement's hash as `nonce`. It shows the
 * statement and the address; the browser may be on another machine, from which the address that it ends at is pasted back. Throws NotAllowed, CloudUnavailable.
 * Sources: OpenID Connect Core 1.0; RFC 7636; RFC 8252.
 */
export function signInWith(entra: SignInPolicy, terminal: Terminal): Sign {
  return async (statement) => {
    // Needed by few commands.
    const openid = await import('openid-client');
    const discovered = openid.discovery(new URL(issuerOf(entra)), entra.clientId, undefined, openid.None());
    const config = await discovered.catch((error: unknown) => {
      throw new OffboardError('CloudUnavailable', `${issuerOf(entra)} cannot be asked where to sign in: ${causeOf(error)}`, {
        cause: error,
      });
    });
    openid.enableNonRepudiationChecks(config);
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), nonceFor(statement)];
    const redirect = await listenForRedirect(state);
    try {
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirect.address,
        scope: 'openid profile',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        prompt: 'login',
        nonce,
        state,
        ...(entra.acrs === undefined ? {} : { claims: JSON.stringify({ id_token: { acrs: { essential: true, value: entra.acrs } } }) }),
      });
      terminal.err(toldBefore(statement, address.href));
      openBrowser(address.href, terminal);
      const back = await whichever(redirect, terminal);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const answer = await openid.authorizationCodeGrant(config, back, checks).catch((error: unknown) => {
        throw new OffboardError('NotAllowed', `the sign-in proves nothing: ${causeOf(error)}`, { cause: error });
      });
      const idToken = answer.id_token ?? '';
      demandRight(idToken, statement, entra);
      return { statement, idToken };
    } finally {
      redirect.close();
    }
  };
}

/** What one signs in for stands on this terminal before any page of the browser. */
function toldBefore(statement: string, address: string): string {
  const told = JSON.stringify(JSON.parse(statement), undefined, 2).replaceAll(/^/gm, '  ');
  return [
    'You sign in for this statement, and for nothing else:',
    '',
    told,
    '',
    `SHA-256 ${sha256(statement)}`,
    '',
    'Open this address, and sign in only if you mean every word above:',
    '',
    address,
    '',
    '',
  ].join('\n');
}

function openBrowser(address: string, { interactive, env }: Terminal): void {
  if (!interactive) return;
  const seen = env['DISPLAY'] ?? env['WAYLAND_DISPLAY'];
  const [command, ...before] = OPENERS[process.platform] ?? (seen ? ['xdg-open'] : []);
  if (command === undefined) return;
  // The address stands there: it can be opened by hand.
  spawn(command, [...before, address], { env, stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** The address that the browser was sent back to: by the browser itself, or pasted. */
async function whichever(redirect: Awaited<ReturnType<typeof listenForRedirect>>, terminal: Terminal): Promise<URL> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(WITHIN_MS, undefined, { signal: over.signal });
    throw new OffboardError('NotAllowed', 'nobody signed in within 10 minutes; nothing was said; type the command again');
  };
  const ways = [redirect.came, late(), ...(terminal.interactive ? [pasted(redirect.taken, terminal, over.signal)] : [])];
  try {
    return await Promise.race(ways);
  } finally {
    over.abort();
    await Promise.allSettled(ways.slice(1));
  }
}

async function pasted(taken: (address: string) => URL | undefined, terminal: Terminal, signal: AbortSignal): Promise<URL> {
  const question = 'If that browser is on another machine, paste the address that it ends at (http://127.0.0.1:…): ';
  for (;;) {
    const typed = await ask(question, { ...terminal, out: () => undefined, program: 'offboard' }, signal).catch(async (error: unknown) => {
      if (!(error instanceof InputEnded)) throw error;
      // Nobody types any more: the browser may still come.
      return await sleep(2 * WITHIN_MS, '', { signal });
    });
    const address = taken(typed);
    if (address) return address;
    terminal.err('That is not where this sign-in ends; its state is another.\n');
  }
}

/** What the worker would refuse is told here, before it is sent. Throws NotAllowed. */
function demandRight(idToken: string, text: string, entra: SignInPolicy): void {
  const token = readIdToken(idToken);
  const statement = parseStatement(text);
  if (!token || !statement)
    throw new OffboardError('NotAllowed', 'the sign-in gave no ID token that the worker takes (RS256, PS256 or ES256; oid, tid)');
  const fault = claimsFault(token, { entra, text, statement, arrivedAt: new Date() });
  if (fault) throw new OffboardError('NotAllowed', `the ID token ${fault.what}`);
}

/** The provider's own words where there are any. */
function causeOf(error: unknown): string {
  const said = error instanceof Error && 'error_description' in error ? error.error_description : undefined;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return visible(typeof said === 'string' ? said : `${messageOf(error)}${cause}`).slice(0, 500);
}
