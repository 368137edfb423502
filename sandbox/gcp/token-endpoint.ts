import { emailOf } from '../objects/gcp.ts';
import { signToken, TOKEN_LIFETIME_SECONDS, verifyBearer } from '../entra/tokens.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { isIssuedSubjectToken } from './credentials.ts';

export const GOOGLE_AUDIENCE = 'https://www.googleapis.com/';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Google's Security Token Service (RFC 8693): an external account's subject token for an access token. */
export async function exchangeToken(request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> {
  const form = new URLSearchParams(request.body);
  if (form.get('grant_type') !== EXCHANGE) return refused('unsupported_grant_type', `The grant type is ${EXCHANGE}.`);
  if (form.get('requested_token_type') !== ACCESS_TOKEN) return refused('invalid_request', `The requested token type is ${ACCESS_TOKEN}.`);
  if (!isIssuedSubjectToken(form.get('subject_token') ?? '')) return refused('invalid_grant', 'The subject token is not known.');
  const accessToken = await signToken(context, { aud: GOOGLE_AUDIENCE, iss: `${context.origin}/gcp-iam`, sub: 'offboarding-worker' });
  const body = { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: TOKEN_LIFETIME_SECONDS, access_token: accessToken };
  return { status: 200, body };
}

/** IAM Credentials' generateAccessToken, whoever asks: a token of a service account, which must be there and enabled. */
export async function impersonate(email: string, request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> {
  const problem = (status: number, state: string, message: string) => ({
    status,
    body: { error: { code: status, status: state, message } },
  });
  try {
    await verifyBearer(request, context, GOOGLE_AUDIENCE);
  } catch {
    return problem(401, 'UNAUTHENTICATED', 'The request has no valid access token.');
  }
  const account = context.store.list('gcp-service-account').find((a) => emailOf(a) === email);
  if (!account) return problem(404, 'NOT_FOUND', `Unknown service account ${email}`);
  if (account.disabled) return problem(400, 'FAILED_PRECONDITION', 'The service account is disabled.');
  const accessToken = await signToken(context, { aud: GOOGLE_AUDIENCE, iss: `${context.origin}/gcp-iam`, sub: email });
  const expireTime = new Date(context.now().getTime() + TOKEN_LIFETIME_SECONDS * 1000).toISOString();
  return { status: 200, body: { accessToken, expireTime } };
}

function refused(error: string, description: string): SandboxResponse {
  return { status: 400, body: { error, error_description: description } };
}
