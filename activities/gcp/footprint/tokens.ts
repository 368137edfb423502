/** Tokens that tie findings together (model/finding.ts), of what is in Google Cloud. */

/** By the pool's full resource name. */
export function poolToken(name: string): string {
  return `gcp:pool:${name}`;
}

export function serviceAccountToken(email: string): string {
  return `gcp:service-account:${email}`;
}

/** Of an organisation's custom role; none for Google's own roles. */
export function roleTokens(role: string): string[] {
  return role.startsWith('organizations/') ? [`gcp:role:${role}`] : [];
}
