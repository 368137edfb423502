import { awsCloud } from '../activities/aws/cloud.ts';
import { azureCloud } from '../activities/azure/cloud.ts';
import { entraCloud } from '../activities/entra/cloud.ts';
import { gcpCloud } from '../activities/gcp/cloud.ts';
import { portalCloud } from '../activities/portal/cloud.ts';
import type { Deps } from '../activities/deps.ts';

/** Every cloud, each with the worker's own credential chain. */
export function allClouds(): Deps['clouds'] {
  return { aws: awsCloud(), azure: azureCloud(), gcp: gcpCloud(), entra: entraCloud(), portal: portalCloud() };
}
