import { command, type KindShell } from '../../../../model/shell.ts';
import { accountOf, type AccountGrant, type Grant } from '../../footprint/grants.ts';
import { formsOf, liveMember } from '../../footprint/members.ts';
import { lastSegment, type Condition } from '../../snapshot.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { PoolDefinition } from '../../footprint/pool-state.ts';

/** Kept apart by a delimiter that neither stands in a value nor comes about where one meets it (`gcloud topic escaping`). */
export function delimited(pairs: string[]): string {
  if (pairs.length === 0) return '';
  const isUnclear = (mark: string) =>
    pairs
      .join(mark)
      .split(mark)
      .some((part, i) => part !== pairs[i]);
  let delimiter = '##';
  for (let n = 0; isUnclear(delimiter); n++) delimiter = `_${n}_`;
  return `^${delimiter}^${pairs.join(delimiter)}`;
}

/** The unique id of the account that has an address, or this id; NOT_FOUND where there is none. */
export function lookUp(name: string, uniqueId?: string): string {
  return `$(${command('gcp_account', ...filtered(name, uniqueId))})`;
}

/** A call about an account: done, too, where it is not there any more. */
export function unlessGone(name: string, uniqueId: string | undefined, line: string): string {
  return `${command('gcp_unless_gone', ...filtered(name, uniqueId))} ${line}`;
}

function filtered(name: string, uniqueId: string | undefined): [project: string, filter: string] {
  const [, project = '', , email = ''] = name.split('/');
  return [project, uniqueId === undefined ? `email="${email}"` : `uniqueId=${uniqueId}`];
}

/** Gives one grant back to the very account that had it. */
export const restoreGrant: KindShell['restore'] = (item) => {
  const grant = item.snapshot as AccountGrant;
  const [, project = '', , email = ''] = accountOf(grant)?.split('/') ?? [];
  return [
    ...(email === '' ? [] : [command('gcp_demand', email, grant.uniqueId, project, ...(item.recreated === 'used' ? ['made'] : []))]),
    command(
      'gcp_patiently',
      'gcloud',
      ...policyWords(grant, 'add'),
      `--member=${liveMember(grant.member)}`,
      ...roleWords(grant),
      '--format=none',
    ),
  ];
};

/** The commands that take a grant out of its policy: where it does not stand as planned, in its member's other form. */
export function removeGrant(grant: AccountGrant): string[] {
  const { live, deleted } = formsOf(grant.member, grant.uniqueId);
  const other = grant.member === deleted ? live : deleted;
  return [takeOut(grant), ...(other === undefined ? [] : [`[[ $gcp_said != *not\\ found* ]] || ${takeOut({ ...grant, member: other })}`])];
}

/** The command that takes one grant out of its policy, as its member stands there. */
export function takeOut(grant: Grant): string {
  return `gcp_once ${command('gcloud', ...policyWords(grant, 'remove'), `--member=${grant.member}`, ...roleWords(grant), '--format=none')}`;
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
      poolCommand(item, update, (item.snapshot as PoolDefinition).disabled ? '--disabled' : '--no-disabled'),
    ],
  };
}

/** `gcloud iam workload-identity-pools`, at one pool or provider. */
export function poolCommand(item: PlanItem, verb: string, ...flags: string[]): string {
  const [, project, , , , pool = '', , provider] = (item.snapshot as PoolDefinition).name.split('/');
  const group = ['gcloud', 'iam', 'workload-identity-pools'];
  const where = ['--location=global', `--project=${project}`, ...flags];
  if (provider === undefined) return command(...group, verb, pool, ...where);
  return command(...group, 'providers', verb, provider, `--workload-identity-pool=${pool}`, ...where);
}
