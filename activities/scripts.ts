import type { SystemType } from '../model/names.ts';
import { scriptOf, type CloudScript, type OwnAccessScript } from '../model/shell.ts';
import { awsOwnAccess } from './aws/own-access/shell.ts';
import { azureOwnAccess } from './azure/own-access/shell.ts';
import { entraOwnAccess } from './entra/own-access/shell.ts';
import { gcpOwnAccess } from './gcp/own-access/shell.ts';
import { awsScript } from './aws/shell/script.ts';
import { AZURE_KINDS } from './azure/kinds/index.ts';
import { entraScript } from './entra/shell.ts';
import { gcpScript } from './gcp/shell.ts';
import { demandSignIn } from './microsoft/sign-in-shell.ts';
import { PORTAL_KINDS } from './portal/kinds/index.ts';

/** What each cloud says in shell. Pure, and apart from the clouds themselves: whoever prints a script needs none of their SDKs. */
export const SCRIPTS: Record<SystemType, CloudScript> = {
  aws: awsScript,
  // Every id carries its scope, so nothing depends on the subscription that is active.
  azure: scriptOf({ prelude: demandSignIn, enter: () => [] }, AZURE_KINDS),
  gcp: gcpScript,
  entra: entraScript,
  // It has no API, so its script is made of comments.
  portal: scriptOf({ prelude: () => [], enter: () => [] }, PORTAL_KINDS),
};

/** The same for the worker's own access; the portal knows none. */
export const OWN_ACCESS_SCRIPTS: Partial<Record<SystemType, OwnAccessScript>> = {
  azure: azureOwnAccess,
  gcp: gcpOwnAccess,
  aws: awsOwnAccess,
  entra: entraOwnAccess,
};
