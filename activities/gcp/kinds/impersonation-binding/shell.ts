import type { KindShell } from '../../../../model/shell.ts';
import type { AccountGrant } from '../../footprint/grants.ts';
import { lookUp, takeOut, restoreGrant, unlessGone } from '../shared/gcloud.ts';

export const shell: KindShell = {
  remove(item) {
    const grant = item.snapshot as AccountGrant;
    return [`state=${lookUp(grant.resource)}`, `[[ $state == NOT_FOUND ]] || ${unlessGone(grant.resource, undefined, takeOut(grant))}`];
  },
  restore: restoreGrant,
};
