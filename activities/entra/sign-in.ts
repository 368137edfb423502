import type { JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactVerify, createLocalJWKSet, errors, exportJWK } from 'jose';
import { z } from 'zod';
import { admitting, issuerOf, type Membership, type SignInPolicy } from '../../model/identity/entra.ts';
import type { Policy } from '../../model/policy.ts';
import { publicPart, SIGNED_BY, type IdToken } from '../../model/statement/id-token.ts';
import type { Admission } from '../../model/statement/proof.ts';
import { answerOf, RefusedError, type Answer } from '../answer.ts';
import { azureCredential } from '../microsoft/credential.ts';
import { graphEndpoint } from '../microsoft/endpoints.ts';
import { normalId } from '../microsoft/ids.ts';
import { publicJson } from '../microsoft/rest.ts';
import { classifyEntra } from './wire/classify.ts';
import { connectEntra } from './wire/clients.ts';

/**
 * Asks the tenant, once, about an ID token that somebody brings as proof: whether one of its keys signed it, and which of the policy's groups and directory
 * roles its owner is in. What is answered is recorded beside the proof, and asked no more. Sources: OpenID Connect Discovery 1.0, section 4; RFC 7517.
 */

const Metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });
const CONFIGURATION = '/.well-known/openid-configuration';

/** A person waits. */
const TRIES = 3;
const BETWEEN_MS = 1_000;

/** The answer; undefined in it where no key of the tenant signed the token. `idToken`: its compact form; `token`: what is in it. */
export async function admissionOf(policy: Policy, idToken: string, token: IdToken): Promise<Answer<Admission | undefined>> {
  const { entra } = policy;
  if (!entra) return { ok: true, value: undefined };
  const key = await asked(() => keyOf(entra, idToken));
  if (!key.ok) return key;
  if (!key.value) return { ok: true, value: undefined };
  const { oid } = token.claims;
  const membership = await asked(() => membershipOf(entra, oid, admitting(policy)));
  const named = policy.people?.some((p) => p.oid === oid) ?? false;
  // Whom the policy names needs no group.
  if (!membership.ok && !named) return membership;
  return { ok: true, value: { key: key.value, ...(membership.ok ? membership.value : { groups: [], roles: [] }) } };
}

async function asked<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  for (let tries = 1; ; tries++) {
    const answer = await answerOf({ classify: classifyEntra }, ask);
    if (answer.ok || answer.failure.kind !== 'retry' || tries === TRIES) return answer;
    await sleep(BETWEEN_MS);
  }
}

/** The tenant's key that signed a token; undefined where none did. Throws what the network or the tenant answers. */
async function keyOf(entra: SignInPolicy, idToken: string): Promise<JsonWebKey | undefined> {
  const issuer = issuerOf(entra);
  const metadata = await publicJson(`${issuer}${CONFIGURATION}`, Metadata);
  if (metadata.issuer !== issuer || new URL(metadata.jwks_uri).origin !== new URL(issuer).origin)
    throw new RefusedError('WrongTenant', `${issuer} says that it is another; look at entra in the worker's policy`);
  const keys = createLocalJWKSet(await publicJson(metadata.jwks_uri, KeySet));
  try {
    const { key, protectedHeader } = await compactVerify(idToken, keys, { algorithms: [...SIGNED_BY] });
    return publicPart({ ...(await exportJWK(key)), kid: protectedHeader.kid });
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Which of these groups a person is in, also through other groups, and which of these directory roles they hold just now, tenant-wide. */
async function membershipOf(entra: SignInPolicy, oid: string, { groups, roles }: Membership): Promise<Membership> {
  if (groups.length + roles.length === 0) return { groups: [], roles: [] };
  const graph = connectEntra(graphEndpoint(entra.cloud), azureCredential(entra.cloud));
  const self = await graph.self();
  if (normalId(self.tenantId) !== entra.tenant)
    throw new RefusedError('WrongTenant', `the worker is signed in to tenant ${self.tenantId}, and people sign in to ${entra.tenant}`);
  const held: string[] = [];
  for (const role of roles) {
    const assignments = await graph.listRoleAssignments({ roleDefinitionId: role });
    if (assignments.some((a) => normalId(a.principalId) === oid && (a.directoryScopeId ?? '/') === '/')) held.push(role);
  }
  return { groups: groups.length === 0 ? [] : await graph.groupsAmong(oid, groups), roles: held };
}
