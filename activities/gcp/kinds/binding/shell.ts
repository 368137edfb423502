import type { KindShell } from '../../../../model/shell.ts';
import { plannedGrant } from '../../footprint/grants.ts';
import { removeGrant, restoreGrant } from '../shared/gcloud.ts';

export const shell: KindShell = { remove: (item) => [removeGrant(plannedGrant(item))], restore: restoreGrant };
