import type { PlanItem } from '../../../../model/plan.ts';
import type { ToRestore } from '../../../../model/restore.ts';
import { quote } from '../../../../model/quote.ts';
import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import { projectOf, type ServiceAccount } from '../../snapshot.ts';
import { lookUp, unlessGone } from '../shared/gcloud.ts';

const FUNCTIONS = bash`
# gcp_purged ADDRESS: why there was nothing to undelete.
gcp_purged() {
  echo "$1 was not undeleted. Google keeps one for 30 days: a script printed after these makes another, and says what is lost" >&2
  return 1
}
# gcp_make_account ADDRESS OLD-ID PROJECT DISPLAY-NAME DESCRIPTION: another one under the address of one that Google has purged. The
# script keeps no journal, so it asks where there is one already.
gcp_make_account() {
  local there try answer=''
  there=$(gcp_account "$3" "email=\"$1\"")
  if [[ $there == NOT_FOUND ]]; then
    gcloud iam service-accounts create "${'$'}{1%%@*}" "--project=$3" "--display-name=$4" "--description=$5" --format=none
    for try in 1 2 4 8 16; do
      there=$(gcp_account "$3" "email=\"$1\"")
      if [[ $there != NOT_FOUND ]]; then break; fi
      sleep "$try"
    done
  elif [[ $there != "$2" ]]; then
    read -r -p "$1 is there with the unique id $there. If an earlier go of this script made it, type that id: " answer || true
    if [[ $answer != "$there" ]]; then echo "somebody made $1 since it was purged: nothing is given to it" >&2; return 1; fi
  fi
  gcp_made+=" $1=$there "
}
`;

export const shell: KindShell = { prelude: FUNCTIONS, remove, restore };

function remove(item: PlanItem): string[] {
  const { name, uniqueId } = item.snapshot as ServiceAccount;
  const project = `--project=${projectOf(name)}`;
  const call = (...words: string[]) =>
    `[[ $state == NOT_FOUND ]] || ${unlessGone(name, uniqueId, command('gcloud', 'iam', 'service-accounts', ...words))}`;
  return [`state=${lookUp(name, uniqueId)}`, call('disable', uniqueId, project), call('delete', uniqueId, project, '--quiet')];
}

function restore(item: ToRestore): string[] {
  const { name, uniqueId, email, displayName, description, disabled } = item.snapshot as ServiceAccount;
  const project = `--project=${projectOf(name)}`;
  const flag = disabled ? 'disable' : 'enable';
  if (item.recreated === 'itself')
    return [
      command('gcp_make_account', email, uniqueId, projectOf(name), displayName, description),
      command('gcloud', 'iam', 'service-accounts', flag, email, project),
    ];
  return [
    `state=${lookUp(name, uniqueId)}`,
    `[[ $state != NOT_FOUND ]] || ${command('gcloud', 'iam', 'service-accounts', 'undelete', uniqueId, project)} || gcp_purged ${quote(email)}`,
    command('gcloud', 'iam', 'service-accounts', flag, uniqueId, project),
  ];
}
