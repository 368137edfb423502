import type { SystemType } from '../model/names.ts';
import type { CloudScript, OwnAccessScript } from '../model/shell.ts';
import { awsOwnAccess } from './aws/own-access/shell.ts';
import { azureOwnAccess } from './azure/own-access/shell.ts';
import { entraOwnAccess } from './entra/own-access/shell.ts';
import { gcpOwnAccess } from './gcp/own-access/shell.ts';
import { awsScript } from './aws/shell/script.ts';
import { azureScript } from './azure/shell.ts';
import { entraScript } from './entra/shell.ts';
import { gcpScript } from './gcp/shell.ts';
import { portalScript } from './portal/shell.ts';

/** What each cloud says in shell. Pure, and apart from the clouds themselves: whoever prints a script needs none of their SDKs. */
export const SCRIPTS: Record<SystemType, CloudScript> = {
  aws: awsScript,
  azure: azureScript,
  gcp: gcpScript,
  entra: entraScript,
  portal: portalScript,
};

/** The same for the worker's own access; the portal knows none. */
export const OWN_ACCESS_SCRIPTS: Partial<Record<SystemType, OwnAccessScript>> = {
  azure: azureOwnAccess,
  gcp: gcpOwnAccess,
  aws: awsOwnAccess,
  entra: entraOwnAccess,
};
