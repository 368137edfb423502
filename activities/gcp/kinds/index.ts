import { gcpBinding } from './binding/index.ts';
import { gcpCustomRole } from './custom-role/index.ts';
import { gcpImpersonationBinding } from './impersonation-binding/index.ts';
import { gcpPool } from './pool/index.ts';
import { gcpProvider } from './provider/index.ts';
import { gcpServiceAccount } from './service-account/index.ts';

/** Every kind of thing in Google Cloud. */
export const GCP_KINDS = [gcpBinding, gcpCustomRole, gcpImpersonationBinding, gcpServiceAccount, gcpProvider, gcpPool];
