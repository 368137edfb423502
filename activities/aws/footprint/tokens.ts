/** Tokens that tie findings together (model/finding.ts). The audience itself is provided by the Entra application. */

export function roleToken(arnOrId: string): string {
  return `aws:role:${arnOrId}`;
}

export function policyToken(arn: string): string {
  return `aws:policy:${arn}`;
}

export function clientIdToken(providerArn: string, audience: string): string {
  return `aws:client-id:${providerArn}#${audience}`;
}

export function audienceToken(audience: string): string {
  return `aws:audience:${audience}`;
}
