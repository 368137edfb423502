/** Tokens (`finding.ts`) that tie what lies in different clouds together; each cloud's own are in its `footprint/`. */

/** Whatever trusts an identifier URI of the tenant as an audience uses it; the Entra application with that URI provides it. */
export function audienceToken(cloud: 'aws' | 'gcp', uri: string): string {
  return `${cloud}:audience:${uri}`;
}

/** Whether a token is of an audience. */
export function isAudienceToken(token: string): boolean {
  return /^(?:aws|gcp):audience:/.test(token);
}

/** Sign-in to the CIEM application. It begins with no type of system, since its users live in several: the portal, and clouds that Defender reads. */
export const SIGN_IN_TOKEN = 'ciem:sign-in';
