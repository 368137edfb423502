import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider, type Adapter, type AdapterPayload, type JWK } from 'oidc-provider';
import { entraClient } from '../entra/client.ts';
import { newSigningKey } from '../entra/tokens.ts';
import type { SandboxContext } from '../service.ts';
import { interaction } from './interaction.ts';

/**
 * Where people sign in to the sandbox's tenant: an OpenID provider of another house (oidc-provider), beside the stand-in that the worker's own tokens come from.
 * Its people are the estate's `entra-user` with a password, its applications the `entra-public-client`. Authorization code with PKCE only.
 */

/** Everything of it lies below this path. */
export const SIGN_IN = '/sign-in';

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

const LIVES_S = 3_600;

/** Its request listener, for the tenant and the origin that the sandbox has by then. */
export function signInListener(context: SandboxContext): Listener {
  const tenant = entraClient(context.store).tenantId.toLowerCase();
  const mount = `${SIGN_IN}/${tenant}/v2.0`;
  const provider = providerOf(context, `${context.origin}${mount}`, tenant);
  const answer = provider.callback();
  return async (incoming, outgoing) => {
    const url = incoming.url ?? '';
    if (url.startsWith(`${SIGN_IN}/interaction/`)) return await interaction(provider, context, incoming, outgoing);
    if (!url.startsWith(`${mount}/`)) return void outgoing.writeHead(404).end();
    // As frameworks do that mount one listener below a path.
    Object.assign(incoming, { originalUrl: url, url: url.slice(mount.length) });
    return await answer(incoming, outgoing);
  };
}

function providerOf(context: SandboxContext, issuer: string, tenant: string): Provider {
  const { kid, privateKey } = newSigningKey();
  const provider = new Provider(issuer, {
    adapter: (name) => (name === 'Client' ? clients(context) : memory()),
    jwks: { keys: [{ ...(privateKey as JWK), kid, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub', 'tid', 'ver'], profile: ['oid', 'preferred_username'], acrs: null },
    // Entra ID has them in the ID token.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => `${SIGN_IN}/interaction/${uid}` },
    findAccount: (_, accountId) => {
      const user = context.store.list('entra-user').find((u) => u.id === accountId);
      const claims = (acrs: object) => ({
        sub: accountId,
        oid: accountId,
        tid: tenant,
        ver: '2.0',
        preferred_username: user?.userPrincipalName ?? '',
        ...acrs,
      });
      return user && { accountId, claims: () => Promise.resolve(claims(user.acrs.length > 0 ? { acrs: user.acrs } : {})) };
    },
    ttl: { AccessToken: LIVES_S, AuthorizationCode: 60, Grant: LIVES_S, IdToken: LIVES_S, Interaction: LIVES_S, Session: LIVES_S },
    renderError: (ctx, out) => {
      ctx.type = 'text/plain';
      ctx.body = `${out.error}: ${out.error_description ?? ''}`;
    },
  });
  provider.on('server_error', (_, error) => process.stderr.write(`sign-in: ${error.stack ?? error.message}\n`));
  return provider;
}

/** The estate's applications, as they are just now. */
function clients({ store }: SandboxContext): Adapter {
  return {
    ...memory(),
    find: (id) => {
      const client = store.list('entra-public-client').find((c) => c.clientId === id);
      return Promise.resolve(
        client && {
          client_id: client.clientId,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: client.redirectUris,
          // Entra ID adds it where the registration says so.
          require_auth_time: client.tellsSignInTime,
        },
      );
    },
  };
}

/** What the provider remembers, for as long as the process lives. */
function memory(): Adapter {
  const kept = new Map<string, AdapterPayload>();
  const find = (is: (payload: AdapterPayload) => boolean) => Promise.resolve([...kept.values()].find(is));
  return {
    upsert: (id, payload) => Promise.resolve(void kept.set(id, payload)),
    find: (id) => Promise.resolve(kept.get(id)),
    findByUid: (uid) => find((p) => p.uid === uid),
    findByUserCode: (code) => find((p) => p.userCode === code),
    consume: (id) => {
      const payload = kept.get(id);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      return Promise.resolve();
    },
    destroy: (id) => Promise.resolve(void kept.delete(id)),
    revokeByGrantId: (grant) => {
      for (const [id, payload] of kept) if (payload.grantId === grant) kept.delete(id);
      return Promise.resolve();
    },
  };
}
