/** What all parts of a large estate share. Everything is counted, nothing random. */
export const TENANT = '8c41f7d2-6b0e-4e39-9a57-d3f2b1c0a986';
export const AWS_AUDIENCE = 'api://mciem-aws-oidc-app';
export const GCP_AUDIENCE = 'api://mciem-gcp-oidc-app';
export const ENTRY_ROLE = 'offboarding-entry';
export const CIEM_PRINCIPAL = id('2a6e4c80', 1);
export const DANA_ID = id('2a6e4c80', 3);
export const DANA = 'dana@litware.example';

/** A GUID made of a beginning and a number. */
export function id(start: string, n: number): string {
  return `${start}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** Every fifth system holds what looks like onboarding's and is others'. */
export const hasDecoy = (n: number): boolean => n % 5 === 2;
/** Onboarding with the controller was asked for in every third. */
export const hasController = (n: number): boolean => n % 3 === 1;

export const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
