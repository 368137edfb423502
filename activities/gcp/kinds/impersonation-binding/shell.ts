import type { KindShell } from '../../../../model/shell.ts';
import type { AccountGrant } from '../../footprint/grants.ts';
import { lookUp, removeGrant, restoreGrant } from '../shared/gcloud.ts';

export const shell: KindShell = {
  remove(item) {
    const grant = item.snapshot as AccountGrant;
    // Google answers 403 for the policy of an account that is gone.
    return [`state=${lookUp(grant.resource)}`, `[[ $state == NOT_FOUND ]] || ${removeGrant(grant)}`];
  },
  restore: restoreGrant,
};
