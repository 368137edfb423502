import { createHmac, randomBytes } from 'node:crypto';
import type { EstateStore } from '../store.ts';
import { sameSecret, type SandboxContext, type SandboxRequest } from '../service.ts';
import { checkSignature, readAuthorization } from './signature.ts';
import { AwsError } from './wire.ts';

/** The worker's long-term key. Where its account is no part of the estate, nothing can be done with it but AssumeRole. */
export interface BaseKey {
  accessKeyId: string;
  secretAccessKey: string;
}

export const WORKER_ACCOUNT = '999988887777';
export const WORKER_ARN = `arn:aws:iam::${WORKER_ACCOUNT}:user/offboarding-worker`;

/** An assumed role's session, as the session token carries it. Times in ms since the epoch. */
export interface Session {
  accessKeyId: string;
  account: string;
  role: string;
  sessionName: string;
  expiresAt: number;
}

/** Who calls: the worker's own user, or an assumed role. */
export type Caller = { type: 'user' } | { type: 'session'; session: Session };

/** The account that a call is made in, but for AssumeRole. */
export function accountOf(caller: Caller): string {
  return caller.type === 'user' ? WORKER_ACCOUNT : caller.session.account;
}

/** The base key, made at first start. */
export function baseKey(store: EstateStore): BaseKey {
  return awsSlot(store).baseKey;
}

/** Credentials for a new session. They carry their own proof, so that sessions stay valid over a restart without being stored. */
export function newSession(store: EstateStore, session: Omit<Session, 'accessKeyId'>) {
  const accessKeyId = `ASIA${randomLetters(16)}`;
  const payload = Buffer.from(JSON.stringify({ ...session, accessKeyId })).toString('base64url');
  return {
    accessKeyId,
    secretAccessKey: sessionSecret(store, accessKeyId),
    sessionToken: `${payload}.${seal(store, payload)}`,
  };
}

/** Who signed this request; throws the errors AWS gives for unknown keys, wrong signatures and expired sessions. */
export function authenticate(request: SandboxRequest, rawPath: string, context: SandboxContext): Caller {
  const authorization = readAuthorization(request);
  const base = baseKey(context.store);
  if (authorization.accessKeyId === base.accessKeyId) {
    checkSignature(request, rawPath, authorization, base.secretAccessKey);
    return { type: 'user' };
  }
  const session = readToken(context.store, request.headers['x-amz-security-token']);
  if (session?.accessKeyId !== authorization.accessKeyId)
    throw new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  checkSignature(request, rawPath, authorization, sessionSecret(context.store, session.accessKeyId));
  if (session.expiresAt <= context.now().getTime())
    throw new AwsError(403, 'ExpiredToken', 'The security token included in the request is expired');
  return { type: 'session', session };
}

function readToken(store: EstateStore, token: string | undefined): Session | undefined {
  const [payload, mac] = (token ?? '').split('.');
  if (!payload || !mac) return undefined;
  if (!sameSecret(seal(store, payload), mac)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Session;
}

function sessionSecret(store: EstateStore, accessKeyId: string): string {
  return createHmac('sha256', awsSlot(store).sealKey).update(`secret:${accessKeyId}`).digest('base64').slice(0, 40);
}

function seal(store: EstateStore, payload: string): string {
  return createHmac('sha256', awsSlot(store).sealKey).update(`token:${payload}`).digest('base64url');
}

function awsSlot(store: EstateStore): { baseKey: BaseKey; sealKey: string } {
  return store.credential('aws', () => ({
    baseKey: { accessKeyId: `AKIA${randomLetters(16)}`, secretAccessKey: randomBytes(30).toString('base64') },
    sealKey: randomBytes(32).toString('hex'),
  }));
}

function randomLetters(count: number): string {
  return [...randomBytes(count)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
}
