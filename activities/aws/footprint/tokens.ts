/** Tokens that tie findings together (model/finding.ts), of what is in AWS. */

export function roleToken(arnOrId: string): string {
  return `aws:role:${arnOrId}`;
}

export function policyToken(arn: string): string {
  return `aws:policy:${arn}`;
}

export function clientIdToken(providerArn: string, audience: string): string {
  return `aws:client-id:${providerArn}#${audience}`;
}

/** How tokens begin that nothing outside of their account uses. */
export const LOCAL_TOKENS = ['aws:policy:', 'aws:client-id:', 'aws:secret:'] as const;
