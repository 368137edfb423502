import { createHash, createHmac } from 'node:crypto';
import type { SandboxRequest } from '../service.ts';
import { AwsError } from './wire.ts';

/** The parts of a Signature Version 4 `Authorization` header. */
export interface Authorization {
  accessKeyId: string;
  /** `date/region/service/aws4_request`. */
  scope: string;
  signedHeaders: string[];
  signature: string;
}

/** Takes the header apart; 403 MissingAuthenticationToken when there is none. */
export function readAuthorization(request: SandboxRequest): Authorization {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
    request.headers['authorization'] ?? '',
  );
  if (!match) throw new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature };
}

/** Computes the signature again (Signature Version 4, AWS's reference) and refuses the request when it differs. */
export function checkSignature(request: SandboxRequest, rawPath: string, authorization: Authorization, secret: string): void {
  const canonical = [
    request.method,
    rawPath,
    [...request.query]
      .map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`)
      .toSorted()
      .join('&'),
    ...authorization.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    authorization.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'] ?? '', authorization.scope, sha256(canonical)].join('\n');
  const key = authorization.scope.split('/').reduce<Buffer | string>((k, part) => hmac(k, part), `AWS4${secret}`);
  if (hmac(key, toSign).toString('hex') !== authorization.signature)
    throw new AwsError(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
