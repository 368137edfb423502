import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';

/** Whose tokens open payloads: of a tenant, for an application of it, with a role of that application. */
export interface EntraReaders {
  tenant: string;
  audience: string;
  /** An app role: whoever may sign in to the UI need not read what runs hold. */
  role: string;
}

/** Algorithms by a public key alone: with `none` and those by a shared secret anybody could make a token. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256'];

/** Vouches for access tokens of Entra ID (v2.0). `keys`: the tenant's published ones, fetched when they are first needed. */
export function entraReaders(
  { tenant, audience, role }: EntraReaders,
  keys: JWTVerifyGetKey = keysOf(tenant),
): (token: string) => Promise<boolean> {
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`;
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['exp', 'tid'] });
      return payload['tid'] === tenant && Array.isArray(payload['roles']) && payload['roles'].includes(role);
    } catch {
      return false;
    }
  };
}

function keysOf(tenant: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(`https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`));
}
