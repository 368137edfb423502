import type { PlanItem } from '../../../../model/plan.ts';
import type { Pool } from '../../snapshot.ts';
import { poolCommand, poolShell } from '../shared/gcloud.ts';

export const shell = poolShell('update', create);

function create(item: PlanItem): string {
  const { displayName, description } = item.snapshot as Pool;
  return poolCommand(item, 'create', `--display-name=${displayName}`, `--description=${description}`);
}
