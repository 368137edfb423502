import { createHash } from 'node:crypto';

/** When everything in the sandbox's accounts was created: one fixed time, since nothing decides by it. */
export const CREATED = new Date('2022-06-14T09:12:31Z');

/** The unique id AWS would have given a role: stable per ARN, so that it can be compared over restarts. */
export function roleId(arn: string): string {
  return uniqueId('AROA', arn);
}

export function policyId(arn: string): string {
  return uniqueId('ANPA', arn);
}

export function instanceProfileId(arn: string): string {
  return uniqueId('AIPA', arn);
}

function uniqueId(prefix: string, arn: string): string {
  const digest = createHash('sha256').update(arn).digest();
  return prefix + [...digest.subarray(0, 17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
}
