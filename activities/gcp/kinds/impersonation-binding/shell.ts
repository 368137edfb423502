import type { KindShell } from '../../../../model/shell.ts';
import { accountOf, type AccountGrant } from '../../footprint/grants.ts';
import { lookUp, removeGrant, restoreGrant } from '../shared/gcloud.ts';

export const shell: KindShell = {
  remove(item) {
    const grant = item.snapshot as AccountGrant;
    // Google answers 403 for the policy of an account that is gone.
    return [`state=${lookUp(accountOf(grant))}`, `[[ $state == NOT_FOUND ]] || ${removeGrant(grant)}`];
  },
  restore: restoreGrant,
};
