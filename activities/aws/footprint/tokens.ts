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
