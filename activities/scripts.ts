import type { SystemType } from '../model/names.ts';
import type { CloudScript } from '../model/shell.ts';
import { awsScript } from './aws/script.ts';
import { azureScript } from './azure/script.ts';
import { entraScript } from './entra/script.ts';
import { gcpScript } from './gcp/script.ts';
import { portalScript } from './portal/script.ts';

/** What each cloud says in shell. Pure, and apart from the clouds themselves: whoever prints a script needs none of their SDKs. */
export const SCRIPTS: Record<SystemType, CloudScript> = {
  aws: awsScript,
  azure: azureScript,
  gcp: gcpScript,
  entra: entraScript,
  portal: portalScript,
};
