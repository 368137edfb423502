import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the subject tokens written by this process, SHA-256: what the token endpoint accepts. */
const issued = new Set<string>();

/**
 * Writes `google-credentials.json` (mode 0600) into `dir` for Google's application default credentials and returns its path. An
 * `external_account` is used, since google-auth-library 11 takes its token address from the file; for a service account's key it always asks
 * Google's own. The subject token beside it is made once and kept; the file is rewritten, because the origin's port may have changed.
 */
export function writeGoogleCredentials(dir: string, origin: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const subjectTokenFile = join(dir, 'google-subject-token');
  if (!existsSync(subjectTokenFile)) writeFileSync(subjectTokenFile, randomBytes(32).toString('base64url'), { mode: 0o600 });
  issued.add(digest(readFileSync(subjectTokenFile, 'utf8')));
  const file = join(dir, 'google-credentials.json');
  const credentials = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/100000000000/locations/global/workloadIdentityPools/sandbox/providers/sandbox',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${origin}/gcp-iam/token`,
    credential_source: { file: subjectTokenFile },
  };
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** Whether a subject token is one that `writeGoogleCredentials` wrote. */
export function isIssuedSubjectToken(token: string): boolean {
  return issued.has(digest(token));
}

function digest(text: string): string {
  return createHash('sha256').update(text.trim()).digest('hex');
}
