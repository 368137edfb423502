import { command, type KindShell } from '../../../../model/shell.ts';
import { accountOf, plannedGrant, type Grant } from '../../footprint/grants.ts';
import { liveMember } from '../../footprint/members.ts';
import { lastSegment, type Condition } from '../../snapshot.ts';
import { delimited } from './delimited.ts';

/** Gives one grant back to the very account that had it. */
export const restoreGrant: KindShell['restore'] = (item) => {
  const grant = plannedGrant(item);
  const [, project = '', , email = ''] = accountOf(grant).split('/');
  return [
    command('gcp_demand', email, grant.uniqueId, project, ...(item.recreated === 'used' ? ['made'] : [])),
    command('gcloud', ...policyWords(grant, 'add'), `--member=${liveMember(grant.member)}`, ...roleWords(grant), '--format=none'),
  ];
};

/** The command that takes one grant out of its policy. */
export function removeGrant(grant: Grant): string {
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
