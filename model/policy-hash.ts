import { fingerprint } from './canonical.ts';
import type { Json } from './finding.ts';
import type { Policy } from './policy.ts';

/** SHA-256 of a policy's canonical JSON, in hex: what two workers' policies are compared by. */
export function policyHash(policy: Policy): string {
  return fingerprint(policy as Json);
}
