import type { KindShell } from '../../../../model/shell.ts';
import { accountOf, plannedGrant } from '../../footprint/grants.ts';
import { lookUp, removeGrant, restoreGrant } from '../shared/gcloud.ts';

export const shell: KindShell = {
  remove: (item) => [
    `state=${lookUp(accountOf(plannedGrant(item)))}`,
    // Google answers 403 for the policy of an account that is gone.
    `[[ $state == NOT_FOUND ]] || ${removeGrant(plannedGrant(item))}`,
  ],
  restore: restoreGrant,
};
