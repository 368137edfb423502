import { signToken, TOKEN_LIFETIME_SECONDS } from '../entra/tokens.ts';
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

function refused(error: string, description: string): SandboxResponse {
  return { status: 400, body: { error, error_description: description } };
}
