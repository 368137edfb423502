import type { Change } from '../../sandbox/changes.ts';
import { objectKey, EstateObjectSchema } from '../../sandbox/objects.ts';
import type { EstateInput } from '../hostile-estate/base.ts';

/** What all parts of the adversary's estate share. Everything is counted, nothing random. */
export const TENANT = '1e7c5d3b-8a90-4f12-b6d4-90a1b2c3d4e5';
/** Its namesake: a tenant of a sister company in the same accounts, projects and directory, which onboarded as well. */
export const SISTER_TENANT = '77d0c2e4-5b16-4a89-9e3f-2c4d6e8fa0b1';
export const DANA = 'dana.otp@tailspin.example';
export const ENTRY_ROLE = 'offboarding-entry';
export const AWS_AUDIENCE = 'api://mciem-aws-oidc-app';
export const OLD_AWS_AUDIENCE = 'api://ciem-aws-oidc-app';
export const GCP_AUDIENCE = 'api://mciem-gcp-oidc-app';
/** Of a federation from Entra ID to AWS that the customer made for their own people. */
export const CONSOLE_AUDIENCE = 'api://tailspin-console';

/** What one part of the estate begins with, and what others do in it after the plan. */
export interface Part {
  objects: EstateInput[];
  changes: Change[];
}

export const added = (object: EstateInput): Change => ({ add: EstateObjectSchema.parse(object) });
/** Somebody else's from now on, or not free to go. */
export const shared = (object: EstateInput, to: object = {}): Change => ({ change: keyOf(object), to: { ...to, ours: false } });
export const deleted = (object: EstateInput): Change => ({ delete: keyOf(object) });
/** What happens only while the collectors wait. */
export const later = (change: Change): Change => ({ ...change, at: 'collectors' });

function keyOf(object: EstateInput): string {
  return objectKey(EstateObjectSchema.parse(object));
}
