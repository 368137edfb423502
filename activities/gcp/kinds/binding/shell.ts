import type { KindShell } from '../../../../model/shell.ts';
import type { AccountGrant } from '../../footprint/grants.ts';
import { removeGrant, restoreGrant } from '../shared/gcloud.ts';

export const shell: KindShell = { remove: (item) => removeGrant(item.snapshot as AccountGrant), restore: restoreGrant };
