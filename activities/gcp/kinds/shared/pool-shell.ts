import type { PlanItem } from '../../../../model/plan.ts';
import { command, type KindShell } from '../../../../model/shell.ts';
import { plannedPool } from '../../footprint/pool-state.ts';

/** Of a pool or provider; `update` is the verb that enables and disables it, `create` the command that makes it again. */
export function poolShell(update: string, create: (item: PlanItem) => string): KindShell {
  const describe = (item: PlanItem) => `state=$(gcp_show ${poolCommand(item, 'describe', '--format=value(state)')})`;
  return {
    remove: (item) => [describe(item), `[[ $state != ACTIVE ]] || ${poolCommand(item, 'delete', '--quiet')}`],
    restore: (item) => [
      describe(item),
      `if [[ $state == DELETED ]]; then ${poolCommand(item, 'undelete')}; fi`,
      // Google keeps it for 30 days; afterwards its name is free.
      `if [[ $state == NOT_FOUND ]]; then ${create(item)}; fi`,
      poolCommand(item, update, plannedPool(item).disabled ? '--disabled' : '--no-disabled'),
    ],
  };
}

/** `gcloud iam workload-identity-pools`, at one pool or provider. */
export function poolCommand(item: PlanItem, verb: string, ...flags: string[]): string {
  const [, project, , , , pool = '', , provider] = plannedPool(item).name.split('/');
  const group = ['gcloud', 'iam', 'workload-identity-pools'];
  const where = ['--location=global', `--project=${project}`, ...flags];
  if (provider === undefined) return command(...group, verb, pool, ...where);
  return command(...group, 'providers', verb, provider, `--workload-identity-pool=${pool}`, ...where);
}
