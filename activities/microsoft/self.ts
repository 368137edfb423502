import type { TokenCredential } from '@azure/core-auth';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { RefusedError } from '../answer.ts';

/** Who the worker is, as its own access token says. */
export interface Self {
  principalId: string;
  applicationId: string;
  tenantId: string;
  /** Signed in as a person, not as an application of its own. */
  isPerson: boolean;
  /** Application permissions that the token carries, such as `Application.ReadWrite.All`; none for a person. */
  permissions: string[];
}

/** The worker in words. */
export function selfWords({ principalId, applicationId, tenantId, isPerson }: Self): string {
  return isPerson
    ? `person ${principalId} in tenant ${tenantId}`
    : `principal ${principalId} (application ${applicationId}) in tenant ${tenantId}`;
}

/** Reads some claims of a token for `tokenScope` and lets it go. Its signature is the API's to check: the worker asks only about itself. */
export async function selfOf(credential: TokenCredential, tokenScope: string): Promise<Self> {
  const token = (await credential.getToken(tokenScope))?.token;
  try {
    const claims = z
      .object({
        oid: z.guid(),
        tid: z.guid(),
        appid: z.guid().optional(),
        azp: z.guid().optional(),
        scp: z.string().optional(),
        roles: z.array(z.string()).optional(),
      })
      .parse(decodeJwt(token ?? ''));
    return {
      principalId: claims.oid,
      applicationId: claims.appid ?? claims.azp ?? claims.oid,
      tenantId: claims.tid,
      isPerson: claims.scp !== undefined,
      permissions: claims.scp === undefined ? (claims.roles ?? []) : [],
    };
  } catch {
    throw new RefusedError('UnreadableToken', "the worker's own token has no readable oid and tid claims");
  }
}
