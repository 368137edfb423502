import type { PlanItem } from '../../../model/plan.ts';
import type { ToRestore } from '../../../model/restore.ts';
import { command, quote, type CloudScript } from '../../../model/shell.ts';
import { accountOf, liveMember, plannedGrant } from '../kinds/grants.ts';
import type { Grant } from '../kinds/policy.ts';
import { GCP_PRELUDE } from './prelude.ts';
import { plannedAccount } from '../kinds/service-account/state.ts';
import { lastSegment, type Condition, type CustomRole, type Pool, type Provider } from '../snapshot.ts';

/** Removal and restore in `gcloud`. Every name carries its project, so nothing depends on the configuration that is active. */
export const gcpScript: CloudScript = {
  prelude: () => GCP_PRELUDE,
  enter: () => [],
  kinds: {
    'gcp-binding': { remove: (item) => [removeBinding(plannedGrant(item))], restore: addBinding },
    'gcp-impersonation-binding': {
      remove: (item) => [
        `state=${lookUp(accountOf(plannedGrant(item)))}`,
        // Google answers 403 for the policy of an account that is gone.
        `[[ $state == NOT_FOUND ]] || ${removeBinding(plannedGrant(item))}`,
      ],
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
  const [, project = '', , email = ''] = accountOf(grant).split('/');
  return [
    command('gcp_demand', email, grant.uniqueId, project, ...(item.anew === 'used' ? ['made'] : [])),
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

/** Kept apart by a delimiter that neither stands in a value nor comes about where one meets it (`gcloud topic escaping`). */
function delimited(pairs: string[]): string {
  if (pairs.length === 0) return '';
  let delimiter = '##';
  for (
    let n = 0;
    pairs
      .join(delimiter)
      .split(delimiter)
      .some((part, i) => part !== pairs[i]);
    n++
  )
    delimiter = `_${n}_`;
  return `^${delimiter}^${pairs.join(delimiter)}`;
}

function removeAccount(item: PlanItem): string[] {
  const { uniqueId, project } = accountWords(item);
  return [
    `state=${lookUp(plannedAccount(item).name, uniqueId)}`,
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
    `state=${lookUp(plannedAccount(item).name, uniqueId)}`,
    `[[ $state != NOT_FOUND ]] || ${command('gcloud', 'iam', 'service-accounts', 'undelete', uniqueId, project)} || gcp_purged ${quote(email)}`,
    command('gcloud', 'iam', 'service-accounts', flag, uniqueId, project),
  ];
}

/** The unique id of the account that has an address, or this id; NOT_FOUND where there is none. */
function lookUp(name: string, uniqueId?: string): string {
  const [, project = '', , email = ''] = name.split('/');
  return `$(${command('gcp_account', project, uniqueId === undefined ? `email="${email}"` : `uniqueId=${uniqueId}`)})`;
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
