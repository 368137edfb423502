import { createHash, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { expect, test } from 'vitest';
import type { GateMessage } from '../../../model/gate.ts';
import { approvalFault } from '../../../model/approval.ts';
import { approve } from '../../../model/messages/approve.ts';
import type { Policy } from '../../../model/policy.ts';
import { isSignedBy, readIdToken } from '../../../model/statement/id-token.ts';
import { alsoAdmittedAs, proofVerdict, saidBySame, signInToAsk, type Admission, type Said } from '../../../model/statement/proof.ts';
import { statementText, type Proof, type Where } from '../../../model/statement/statement.ts';
import type { Verdict } from '../../../model/verdict.ts';

const TENANT = '7a1c2f04-1111-4b7e-9d2a-0a1b2c3d4e5f';
const CLIENT = '7a1c2f04-2222-4b7e-9d2a-0a1b2c3d4e5f';
const RILEY = '7a1c2f04-3333-4b7e-9d2a-0a1b2c3d4e5f';
const MEMBER = '7a1c2f04-4444-4b7e-9d2a-0a1b2c3d4e5f';
const STRANGER = '7a1c2f04-5555-4b7e-9d2a-0a1b2c3d4e5f';
const GROUP = '7a1c2f04-6666-4b7e-9d2a-0a1b2c3d4e5f';
const ROLE = '7a1c2f04-7777-4b7e-9d2a-0a1b2c3d4e5f';
const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;

const POLICY: Policy = {
  identity: 'entra',
  entra: { tenant: TENANT, clientId: CLIENT, cloud: 'public' },
  people: [
    { name: 'riley', keys: [], oid: RILEY },
    { name: 'the approvers', keys: [], group: GROUP },
    { name: 'the administrators', keys: [], role: ROLE },
  ],
  approvers: ['riley', 'the approvers'],
  fourEyes: true,
  maxItems: 10,
};
const WHERE: Where = { namespace: 'default', workflowId: 'offboarding-x', run: { first: 'f' } };
const SIGNED_AT = new Date('2026-11-27T10:00:00.000Z');
const seconds = (minutes: number) => SIGNED_AT.getTime() / 1000 + 60 * minutes;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const jwk = ({ publicKey }: { publicKey: KeyObject }): JsonWebKey => publicKey.export({ format: 'jwk' });

function message(by = 'riley'): GateMessage {
  return { gate: 'plan', opening: 1, planHash: 'a'.repeat(64), by, reason: 'read it' };
}
const textOf = (said: object) => statementText(WHERE, 'approve', said, SIGNED_AT, 3_600_000);
const nonceOf = (text: string) => createHash('sha256').update(text).digest('base64url');

/** What Entra ID says in a token for this statement, but for what is changed; undefined leaves a claim out. */
function claims(text: string, change: Record<string, unknown> = {}): JWTPayload {
  const right = {
    iss: ISSUER,
    aud: CLIENT,
    tid: TENANT,
    oid: RILEY,
    nonce: nonceOf(text),
    iat: seconds(1),
    nbf: seconds(1),
    auth_time: seconds(1),
    exp: seconds(61),
    ver: '2.0',
    preferred_username: 'riley@contoso.example',
  };
  return JSON.parse(JSON.stringify({ ...right, ...change })) as JWTPayload;
}

const signed = (payload: JWTPayload, key: KeyObject | Uint8Array = rsa.privateKey, alg = 'RS256', header: object = {}) =>
  new SignJWT(payload).setProtectedHeader({ typ: 'JWT', kid: 'k1', ...header, alg }).sign(key);

const admission = (change: Partial<Admission> = {}): Admission => ({ key: jwk(rsa), groups: [], roles: [], ...change });
const byToken = (said: GateMessage, statement: string, idToken: string): GateMessage & { proof: Proof } => ({
  ...said,
  proof: { statement, idToken },
});

interface Judging {
  policy?: Policy;
  admission?: Admission | undefined;
  arrivedAt?: Date | undefined;
}

function judged(
  said: Said,
  { policy = POLICY, admission: asked = admission(), arrivedAt = new Date(seconds(2) * 1000) }: Judging = {},
): Verdict {
  return proofVerdict('approve', said, { policy, where: WHERE, arrivedAt, admission: asked });
}

/** An approval as it should be, but for these claims. */
async function withClaims(change: Record<string, unknown>, by?: string): Promise<Said> {
  const said = message(by);
  const text = textOf(said);
  return byToken(said, text, await signed(claims(text, change)));
}

test('a sign-in for just this statement proves it', async () => {
  expect(judged(await withClaims({}))).toEqual({ ok: true });
});

test.each<[what: string, change: Record<string, unknown>, words: string, code?: string]>([
  ['of another statement', { nonce: nonceOf('another') }, 'another statement (nonce)'],
  ['with the nonce in hex', { nonce: createHash('sha256').update(textOf(message())).digest('hex') }, 'another statement (nonce)'],
  ['without a nonce', { nonce: undefined }, 'is no ID token'],
  ['for another application', { aud: TENANT }, 'another application'],
  ['for several applications', { aud: [CLIENT, TENANT] }, 'is no ID token'],
  ['of another issuer', { iss: 'https://evil.example/v2.0' }, 'issued by another'],
  ['of the version before (v1.0)', { iss: `https://sts.windows.net/${TENANT}/` }, 'issued by another'],
  ['of another tenant’s issuer', { iss: ISSUER.replace(TENANT, CLIENT) }, 'issued by another'],
  ['of a tenant that its issuer is not', { tid: CLIENT }, 'another tenant'],
  ['without a tenant', { tid: undefined }, 'is no ID token'],
  ['without a person', { oid: undefined }, 'is no ID token'],
  ['whose person is no object id', { oid: 'riley' }, 'is no ID token'],
  ['that has expired', { exp: seconds(2) }, 'has expired', 'ProofLate'],
  ['without an end', { exp: undefined }, 'is no ID token'],
  ['whose end is no number', { exp: '9999999999' }, 'is no ID token'],
  ['that is not valid yet', { nbf: seconds(8) }, 'is not valid yet', 'ProofLate'],
  ['that is issued in some minutes', { iat: seconds(8) }, 'is not valid yet', 'ProofLate'],
  ['that was issued before the statement', { iat: seconds(-6) }, 'issued before the statement'],
  ['that does not say when its owner signed in', { auth_time: undefined }, 'auth_time'],
  ['of somebody who signed in an hour before', { auth_time: seconds(-60) }, 'a sign-in from before'],
  ['of somebody whom the policy does not name', { oid: STRANGER }, 'neither names nor admits'],
])('a token %s proves nothing', async (_what, change, words, code = 'ProofWrong') => {
  expect(judged(await withClaims(change))).toMatchObject({ ok: false, code, message: expect.stringContaining(words) as string });
});

test('a token that nobody signed proves nothing', () => {
  const said = message();
  const text = textOf(said);
  const unsigned = new UnsecuredJWT(claims(text)).encode();
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  for (const token of [unsigned, `${unsigned}AA`, `${header}.${unsigned.split('.')[1] ?? ''}.AAAA`, '', 'x', 'a.b.c', 'a.b.c.d'])
    expect(judged(byToken(said, text, token))).toMatchObject({ ok: false, message: expect.stringContaining('is no ID token') as string });
});

test('a token signed by HMAC with the tenant’s public key for a secret proves nothing', async () => {
  const said = message();
  const text = textOf(said);
  const pem = Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
  for (const secret of [pem, Buffer.from(JSON.stringify(jwk(rsa)))])
    expect(judged(byToken(said, text, await signed(claims(text), secret, 'HS256')))).toMatchObject({ ok: false });
});

test('only the tenant’s keys count, each with its own algorithm, and no short one', async () => {
  const said = message();
  const text = textOf(said);
  const prove = async (key: KeyObject, alg: string, admitted: JsonWebKey, header: object = {}) =>
    judged(byToken(said, text, await signed(claims(text), key, alg, header)), { admission: admission({ key: admitted }) }).ok;
  expect(await prove(rsa.privateKey, 'RS256', jwk(rsa))).toBe(true);
  expect(await prove(rsa.privateKey, 'PS256', jwk(rsa))).toBe(true);
  expect(await prove(ec.privateKey, 'ES256', jwk(ec))).toBe(true);
  expect(await prove(other.privateKey, 'RS256', jwk(rsa))).toBe(false);
  // It brings its own key along.
  expect(await prove(other.privateKey, 'RS256', jwk(rsa), { jwk: jwk(other) })).toBe(false);
  expect(await prove(ec.privateKey, 'ES256', jwk(rsa))).toBe(false);
  expect(await prove(rsa.privateKey, 'RS384', jwk(rsa))).toBe(false);
  expect(await prove(rsa.privateKey, 'RS256', {})).toBe(false);
  expect(await prove(rsa.privateKey, 'RS256', { kty: 'oct', k: 'AAAA' })).toBe(false);
  // As no library signs it.
  const holds = (key: { publicKey: KeyObject; privateKey: KeyObject }, alg: string) => {
    const parts = [{ alg }, claims(text)].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(parts), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const token = readIdToken(`${parts}.${signature}`);
    return token && isSignedBy(token, jwk(key));
  };
  expect([holds(rsa, 'RS256'), holds(ec, 'ES256')]).toEqual([true, true]);
  expect([holds(short, 'RS256'), holds(p384, 'ES256')]).toEqual([false, false]);
});

test('one bit of a token changed, and it proves nothing', async () => {
  const said = message();
  const text = textOf(said);
  const token = await signed(claims(text));
  const [head = '', body = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify(claims(text, { preferred_username: 'x' }))).toString('base64url');
  const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  for (const changed of [`${head}.${forged}.${signature}`, `${head}.${body}.${flipped}`, `${head}.${body}.${signature.slice(0, -8)}`])
    expect(judged(byToken(said, text, changed))).toMatchObject({ ok: false });
});

test('what the tenant did not vouch for is not believed, however right it looks', async () => {
  const said = await withClaims({});
  const verdict = proofVerdict('approve', said, { policy: POLICY, where: WHERE, arrivedAt: new Date(seconds(2) * 1000) });
  expect(verdict).toMatchObject({ ok: false, code: 'ProofWrong' });
});

test('a demanded authentication context must be satisfied', async () => {
  const policy: Policy = { ...POLICY, entra: { tenant: TENANT, clientId: CLIENT, cloud: 'public', acrs: 'c1' } };
  expect(judged(await withClaims({ acrs: ['c2', 'c1'] }), { policy })).toEqual({ ok: true });
  for (const change of [{}, { acrs: ['c2'] }, { acrs: 'c11' }])
    expect(judged(await withClaims(change), { policy })).toMatchObject({
      ok: false,
      message: expect.stringContaining('context c1') as string,
    });
});

test('an SSH signature proves nothing where the policy wants a sign-in, nor the other way round, and no proof is both', async () => {
  const said = message();
  const statement = textOf(said);
  const idToken = await signed(claims(statement));
  const of = (proof: unknown, policy = POLICY) => judged({ ...said, proof: proof as Proof }, { policy });
  expect(of({ statement, signature: 'x' })).toMatchObject({
    code: 'ProofWrong',
    message: expect.stringContaining('another way') as string,
  });
  expect(of({ statement, idToken }, { ...POLICY, identity: 'ssh' })).toMatchObject({
    message: expect.stringContaining('another way') as string,
  });
  for (const odd of [
    null,
    5,
    'x',
    [],
    {},
    { statement },
    { idToken },
    { statement, idToken, signature: 'x' },
    { statement, idToken, key: jwk(other) },
  ])
    expect(of(odd)).toMatchObject({ ok: false, code: 'ProofWrong' });
  expect(of(undefined)).toMatchObject({ code: 'ProofMissing', message: expect.stringContaining('--sign-in') as string });
});

test('whoever a group or a role admits is their object id, and approves as that entry', async () => {
  const said = await withClaims({ oid: MEMBER }, MEMBER);
  const inGroup = admission({ groups: [GROUP] });
  expect(judged(said, { admission: inGroup })).toEqual({ ok: true });
  expect(alsoAdmittedAs(said, POLICY, inGroup)).toEqual(['the approvers']);
  expect(alsoAdmittedAs(said, POLICY, admission({ roles: [ROLE] }))).toEqual(['the administrators']);
  expect(judged(said)).toMatchObject({ ok: false, message: expect.stringContaining('neither names nor admits') as string });
  const asGroup = await withClaims({ oid: MEMBER }, 'the approvers');
  expect(judged(asGroup, { admission: inGroup })).toMatchObject({ ok: false, message: expect.stringContaining('said by') as string });
  const inAnothersName = await withClaims({ oid: MEMBER }, 'riley');
  expect(judged(inAnothersName, { admission: inGroup })).toMatchObject({ ok: false });
});

test('a person who got a name in the policy meanwhile is the same person', async () => {
  const unnamed = await withClaims({ oid: RILEY }, RILEY);
  const named = await withClaims({ oid: RILEY }, 'riley');
  const another = await withClaims({ oid: MEMBER }, MEMBER);
  expect(saidBySame(unnamed, named)).toBe(true);
  expect(saidBySame(unnamed, another)).toBe(false);
  const decision = { ...(named as GateMessage), kind: 'approve' as const };
  const gate = { ...message(), openedAt: SIGNED_AT.toISOString(), expiresAt: '2026-12-27T10:00:00.000Z' };
  const approvals = [{ decision: unnamed as GateMessage, at: SIGNED_AT.toISOString(), expiresAt: gate.expiresAt }];
  const context = { policy: POLICY, startedBy: 'sam', now: SIGNED_AT, gate: { ...gate, approvals } };
  expect(approve.judge(decision, context)).toMatchObject({ ok: false, code: 'NotAllowed' });
});

test('an approval is judged by today’s policy from what was recorded: entries, tenant, application and context', async () => {
  const decision = (await withClaims({ oid: MEMBER }, MEMBER)) as GateMessage;
  const approval = {
    decision,
    at: '2026-11-27T10:02:00.000Z',
    expiresAt: '2026-12-27T10:00:00.000Z',
    admission: admission({ groups: [GROUP] }),
  };
  const fault = (policy: Policy, starter: Said = { by: 'sam' }) => approvalFault(approval, policy, WHERE, starter);
  expect(fault(POLICY)).toBeUndefined();
  expect(fault({ ...POLICY, approvers: ['riley'] })).toMatch(/not among the approvers/);
  expect(fault({ ...POLICY, people: POLICY.people?.filter((p) => p.group === undefined) ?? [] })).toMatch(
    /not among|neither names nor admits/,
  );
  expect(fault({ ...POLICY, entra: { tenant: TENANT, clientId: TENANT, cloud: 'public' } })).toMatch(/another application/);
  expect(fault({ ...POLICY, entra: { tenant: TENANT, clientId: CLIENT, cloud: 'usgov' } })).toMatch(/issued by another/);
  expect(fault({ ...POLICY, identity: 'ssh' })).toMatch(/not among the approvers|another way/);
  expect(fault(POLICY, await withClaims({ oid: MEMBER }, 'sam'))).toMatch(/started the run/);
});

test('the tenant is asked only about what could be right', async () => {
  const arrivedAt = new Date(seconds(2) * 1000);
  const asked = (said: Said, policy = POLICY) => signInToAsk(said.proof, { policy, arrivedAt })?.claims.oid;
  expect(asked(await withClaims({}))).toBe(RILEY);
  expect(asked(await withClaims({ nonce: 'x' }))).toBeUndefined();
  expect(asked(await withClaims({ exp: seconds(1) }))).toBeUndefined();
  expect(asked(await withClaims({}), { ...POLICY, identity: 'ssh' })).toBeUndefined();
  expect(asked({ by: 'riley' })).toBeUndefined();
});
