import { scriptOf } from '../../model/shell.ts';
import { GCP_KINDS } from './kinds/index.ts';
import { GCP_FUNCTIONS } from './shell-functions.ts';

/** Google Cloud in `gcloud`. Every name carries its project, so nothing depends on the configuration that is active. */
export const gcpScript = scriptOf({ prelude: () => GCP_FUNCTIONS, enter: () => [] }, GCP_KINDS);
