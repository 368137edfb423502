import type { PlanItem } from '../../../../model/plan.ts';
import { command, type KindShell } from '../../../../model/shell.ts';
import type { CustomRole } from '../../snapshot.ts';

export const shell: KindShell = {
  remove: (item) => [`gcp_once ${roleCommand(item, 'delete')}`],
  restore: (item) => [
    `state=$(gcp_show ${roleCommand(item, 'describe', '--format=value(deleted)')})`,
    `[[ $state != True ]] || ${roleCommand(item, 'undelete')}`,
    // Google keeps it for 7 days, and refuses its id until 37 are over.
    `[[ $state != NOT_FOUND ]] || ${roleCreation(item)}`,
  ],
};

function roleCommand(item: PlanItem, verb: string, ...flags: string[]): string {
  const [, organization, , id = ''] = (item.snapshot as CustomRole).name.split('/');
  return command('gcloud', 'iam', 'roles', verb, id, `--organization=${organization}`, ...flags);
}

function roleCreation(item: PlanItem): string {
  const { title, description, stage, includedPermissions } = item.snapshot as CustomRole;
  const what = [`--title=${title}`, `--description=${description}`, `--stage=${stage}`, `--permissions=${includedPermissions.join(',')}`];
  return roleCommand(item, 'create', ...what, '--format=none');
}
