import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import { gone, iam, isSame, json, make, option } from '../../shell/cli.ts';
import { roleCreation } from '../../wire/creations.ts';
import type { RoleState } from '../../snapshot.ts';

const prelude = bash`
# aws_into_instance_profile PROFILE ROLE
aws_into_instance_profile() {
  local profiles profile
  profiles=$(aws iam list-instance-profiles-for-role "--role-name=$2" --query 'InstanceProfiles[].InstanceProfileName' --output text) || return
  for profile in $profiles; do [[ $profile == "$1" ]] && return; done
  echo "+ aws iam add-role-to-instance-profile --instance-profile-name=$1 --role-name=$2"
  aws iam add-role-to-instance-profile "--instance-profile-name=$1" "--role-name=$2"
}
`;

export const shell: KindShell = {
  prelude,
  remove(item) {
    const role = item.snapshot as RoleState;
    return removeRole({ ...role, InlinePolicies: Object.keys(role.InlinePolicies) });
  },
  restore(item) {
    const role = item.snapshot as RoleState;
    const named = option('role-name', role.RoleName);
    const description = role.Description === '' ? null : role.Description;
    const same = isSame('Role.[Path,Description,MaxSessionDuration,AssumeRolePolicyDocument]', [
      role.Path,
      description,
      role.MaxSessionDuration,
      role.AssumeRolePolicyDocument,
    ]);
    return [
      make(same, ['get-role', ...named], ['create-role', ...json(roleCreation(role))]),
      ...role.AttachedPolicies.map((arn) => iam('attach-role-policy', ...named, '--policy-arn', arn)),
      ...Object.entries(role.InlinePolicies).map(([PolicyName, document]) =>
        iam('put-role-policy', ...json({ RoleName: role.RoleName, PolicyName, PolicyDocument: JSON.stringify(document) })),
      ),
      ...role.InstanceProfiles.map((profile) => command('aws_into_instance_profile', profile, role.RoleName)),
    ];
  },
};

/** What taking a role away needs to know of it: names of policies, and the id that no newcomer of its name has. */
export interface RoleToRemove {
  RoleName: string;
  RoleId: string;
  AttachedPolicies: string[];
  /** Names. */
  InlinePolicies: string[];
  InstanceProfiles: string[];
}

/** The commands that take a role away with all that hangs on it, unless another role has its name by now. */
export function removeRole(role: RoleToRemove): string[] {
  const named = option('role-name', role.RoleName);
  return [
    command('aws_same', role.RoleId, 'aws', 'iam', 'get-role', ...named, '--query', 'Role.RoleId', '--output', 'text'),
    ...role.InstanceProfiles.map((p) => gone('remove-role-from-instance-profile', ...option('instance-profile-name', p), ...named)),
    ...role.AttachedPolicies.map((arn) => gone('detach-role-policy', ...named, '--policy-arn', arn)),
    ...role.InlinePolicies.map((p) => gone('delete-role-policy', ...named, ...option('policy-name', p))),
    gone('delete-role', ...named),
  ];
}
