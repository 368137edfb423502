import type { PlanItem } from '../../model/plan.ts';
import type { ToRestore } from '../../model/restore.ts';
import { command, quote, type CloudScript } from '../../model/shell.ts';
import { liveMember, plannedGrant } from './grants.ts';
import type { Grant } from './policy.ts';
import { plannedAccount } from './service-account-state.ts';
import { lastSegment, type Condition, type CustomRole, type Pool, type Provider } from './snapshot.ts';

/**
 * `gcp_show`: the command's answer, or NOT_FOUND when that is what Google says; every other failure ends the script. `gcp_once`: a removal
 * that may have been done before. `gcp_demand`: the account under an address must be the very one that is meant, or, where a third word
 * says so, the one that this script made in its place. `gcp_make_account`: that one.
 * `gcp_purged`: why there was nothing to undelete. The script keeps no journal, so it asks where there is
 * one already.
 */
const PRELUDE = String.raw`
gcp_show() {
  local complaint
  { complaint=$("$@" 2>&1 1>&3); } 3>&1 && return
  if [[ $complaint == *NOT_FOUND* ]]; then echo NOT_FOUND; else printf '%s\n' "$complaint" >&2; return 1; fi
}
gcp_once() {
  local said status=0
  said=$("$@" 2>&1) || status=$?
  printf '%s\n' "$said"
  [[ $status -eq 0 || $said =~ binding\ with\ the\ specified\ .*not\ found || $said == *NOT_FOUND* ]]
}
gcp_purged() {
  echo "$1 was not undeleted. Google keeps one for 30 days: a script printed after these makes another, and says what is lost" >&2
  return 1
}
gcp_made=''
gcp_make_account() {
  local there try answer=''
  there=$(gcp_show gcloud iam service-accounts describe "$1" "--project=$3" '--format=value(uniqueId)')
  if [[ $there == NOT_FOUND ]]; then
    gcloud iam service-accounts create "${'$'}{1%%@*}" "--project=$3" "--display-name=$4" "--description=$5" --format=none
    for try in 1 2 4 8 16; do
      there=$(gcp_show gcloud iam service-accounts describe "$1" "--project=$3" '--format=value(uniqueId)')
      if [[ $there != NOT_FOUND ]]; then break; fi
      sleep "$try"
    done
  elif [[ $there != "$2" ]]; then
    read -r -p "$1 is there with the unique id $there. If an earlier go of this script made it, type that id: " answer || true
    if [[ $answer != "$there" ]]; then echo "somebody made $1 since it was purged: nothing is given to it" >&2; return 1; fi
  fi
  gcp_made+=" $1=$there "
}
gcp_demand() {
  local there
  there=$(gcp_show gcloud iam service-accounts describe "$1" '--format=value(uniqueId)')
  if [[ -n ${'$'}{3-} && $gcp_made == *" $1=$there "* ]]; then return; fi
  if [[ $there != "$2" ]]; then echo "service account $1 has the unique id $there, not $2: nothing is given to it" >&2; return 1; fi
}`;

/** Removal and restore in `gcloud`. Every name carries its project, so nothing depends on the configuration that is active. */
export const gcpScript: CloudScript = {
  prelude: () => PRELUDE.trim().split('\n'),
  enter: () => [],
  kinds: {
    'gcp-binding': { remove: (item) => [removeBinding(plannedGrant(item))], restore: addBinding },
    'gcp-impersonation-binding': {
      remove: (item) => [removeBinding(plannedGrant(item))],
      restore: addBinding,
    },
    'gcp-service-account': { remove: removeAccount, restore: restoreAccount },
    'gcp-provider': poolCommands('update-oidc'),
    'gcp-pool': poolCommands('update'),
    'gcp-custom-role': {
      remove: (item) => [`gcp_once ${roleCommand(item, 'delete')}`],
      restore: (item) => [
        `state=$(gcp_show ${roleCommand(item, 'describe', '--format=value(deleted)')})`,
        `[[ $state != True ]] || ${roleCommand(item, 'undelete')}`,
        // Google keeps it for 7 days, and refuses its id until 37 are over.
        `[[ $state != NOT_FOUND ]] || ${roleCreation(item)}`,
      ],
    },
  },
};

/** The command that takes one grant out of its policy. */
export function removeBinding(grant: Grant): string {
  return `gcp_once ${command('gcloud', ...policyWords(grant, 'remove'), `--member=${grant.member}`, ...roleWords(grant), '--format=none')}`;
}

function addBinding(item: ToRestore): string[] {
  const grant = plannedGrant(item);
  const member = liveMember(grant.member);
  const email = grant.resource.includes('/serviceAccounts/') ? lastSegment(grant.resource) : member.replace(/^serviceAccount:/, '');
  return [
    command('gcp_demand', email, grant.uniqueId, ...(item.anew === 'used' ? ['made'] : [])),
    command('gcloud', ...policyWords(grant, 'add'), `--member=${member}`, ...roleWords(grant), '--format=none'),
  ];
}

/** The command group and resource of a policy. */
function policyWords({ resource }: Grant, verb: 'add' | 'remove'): string[] {
  const [type = '', id = ''] = resource.split('/');
  const action = `${verb}-iam-policy-binding`;
  if (resource.includes('/serviceAccounts/')) return ['iam', 'service-accounts', action, lastSegment(resource), `--project=${id}`];
  if (type === 'folders') return ['resource-manager', 'folders', action, id];
  return [type, action, id];
}

/** `None` is said outright: without it gcloud asks as soon as the policy has any condition. */
function roleWords({ role, condition }: Grant): string[] {
  return [`--role=${role}`, `--condition=${condition ? conditionWords(condition) : 'None'}`];
}

/** Key and value pairs, kept apart by a delimiter that no value contains (`gcloud topic escaping`). */
function conditionWords({ title, expression, description }: Condition): string {
  return delimited([`expression=${expression}`, `title=${title}`, ...(description ? [`description=${description}`] : [])]);
}

/** Kept apart by a delimiter that no value contains (`gcloud topic escaping`). */
function delimited(pairs: string[]): string {
  if (pairs.length === 0) return '';
  let delimiter = '##';
  while (pairs.some((p) => p.includes(delimiter))) delimiter += '#';
  return `^${delimiter}^${pairs.join(delimiter)}`;
}

function removeAccount(item: PlanItem): string[] {
  const { uniqueId, project } = accountWords(item);
  return [
    `state=$(gcp_show ${command('gcloud', 'iam', 'service-accounts', 'describe', uniqueId, project, '--format=value(uniqueId)')})`,
    `[[ $state == NOT_FOUND ]] || ${command('gcloud', 'iam', 'service-accounts', 'disable', uniqueId, project)}`,
    `[[ $state == NOT_FOUND ]] || ${command('gcloud', 'iam', 'service-accounts', 'delete', uniqueId, project, '--quiet')}`,
  ];
}

function restoreAccount(item: ToRestore): string[] {
  const { uniqueId, project } = accountWords(item);
  const { name, email, displayName, description, disabled } = plannedAccount(item);
  const flag = disabled ? 'disable' : 'enable';
  if (item.anew === 'itself')
    return [
      command('gcp_make_account', email, uniqueId, name.split('/')[1] ?? '', displayName, description),
      command('gcloud', 'iam', 'service-accounts', flag, email, project),
    ];
  return [
    `state=$(gcp_show ${command('gcloud', 'iam', 'service-accounts', 'describe', uniqueId, project, '--format=value(uniqueId)')})`,
    `[[ $state != NOT_FOUND ]] || ${command('gcloud', 'iam', 'service-accounts', 'undelete', uniqueId, project)} || gcp_purged ${quote(email)}`,
    command('gcloud', 'iam', 'service-accounts', flag, uniqueId, project),
  ];
}

function accountWords(item: PlanItem): { uniqueId: string; project: string } {
  const { name, uniqueId } = plannedAccount(item);
  return { uniqueId, project: `--project=${name.split('/')[1]}` };
}

/** Of a pool or provider; `update` is the verb that enables and disables it. */
function poolCommands(update: 'update' | 'update-oidc'): CloudScript['kinds'][string] {
  return {
    remove: (item) => [describePool(item), `[[ $state != ACTIVE ]] || ${poolCommand(item, 'delete', '--quiet')}`],
    restore: (item) => [
      describePool(item),
      `if [[ $state == DELETED ]]; then ${poolCommand(item, 'undelete')}; fi`,
      // Google keeps it for 30 days; afterwards its name is free.
      `if [[ $state == NOT_FOUND ]]; then ${creation(item)}; fi`,
      poolCommand(item, update, (item.snapshot as { disabled: boolean }).disabled ? '--disabled' : '--no-disabled'),
    ],
  };
}

function roleCommand(item: PlanItem, verb: string, ...flags: string[]): string {
  const [, organization, , id = ''] = (item.snapshot as { name: string }).name.split('/');
  return command('gcloud', 'iam', 'roles', verb, id, `--organization=${organization}`, ...flags);
}

function roleCreation(item: PlanItem): string {
  const { title, description, stage, includedPermissions } = item.snapshot as unknown as CustomRole;
  const what = [`--title=${title}`, `--description=${description}`, `--stage=${stage}`, `--permissions=${includedPermissions.join(',')}`];
  return roleCommand(item, 'create', ...what, '--format=none');
}

function creation(item: PlanItem): string {
  const { displayName, description, ...rest } = item.snapshot as unknown as Pool & Partial<Provider>;
  const named = [`--display-name=${displayName}`, `--description=${description}`];
  if (rest.issuer === undefined) return poolCommand(item, 'create', ...named);
  const mapping = delimited(Object.entries(rest.attributeMapping ?? {}).map(([k, v]) => `${k}=${v}`));
  const audiences = delimited(rest.audiences ?? []);
  return poolCommand(
    item,
    'create-oidc',
    ...named,
    `--issuer-uri=${rest.issuer}`,
    ...(audiences ? [`--allowed-audiences=${audiences}`] : []),
    ...(mapping ? [`--attribute-mapping=${mapping}`] : []),
    ...(rest.attributeCondition ? [`--attribute-condition=${rest.attributeCondition}`] : []),
  );
}

function describePool(item: PlanItem): string {
  return `state=$(gcp_show ${poolCommand(item, 'describe', '--format=value(state)')})`;
}

function poolCommand(item: PlanItem, verb: string, ...flags: string[]): string {
  const [, project, , , , pool = '', , provider] = (item.snapshot as { name: string }).name.split('/');
  const group = ['gcloud', 'iam', 'workload-identity-pools'];
  const where = ['--location=global', `--project=${project}`, ...flags];
  if (provider === undefined) return command(...group, verb, pool, ...where);
  return command(...group, 'providers', verb, provider, `--workload-identity-pool=${pool}`, ...where);
}
