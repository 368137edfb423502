import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import { gone, iam, isSame, json, make } from '../../shell/cli.ts';
import { policyCreation } from '../../wire/creations.ts';
import type { PolicyState } from '../../snapshot.ts';

const prelude = bash`
# aws_unattached POLICY: fails while a role, user or group has the policy. One that was just removed shows for a moment.
aws_unattached() {
  local users try
  for try in 1 2 3 4 5; do
    if ! users=$(aws iam list-entities-for-policy --policy-arn "$1" \
      --query '[PolicyRoles[].RoleName,PolicyUsers[].UserName,PolicyGroups[].GroupName][]' --output text 2>"$aws_errors"); then
      grep -q NoSuchEntity "$aws_errors" && return
      cat "$aws_errors" >&2
      return 1
    fi
    if [[ -z $users || $users == None ]]; then return; fi
    sleep "$try"
  done
  echo "$1 is still attached to $users" >&2
  return 1
}
`;

export const shell: KindShell = {
  prelude,
  remove(item) {
    const policy = item.snapshot as PolicyState;
    const named = ['--policy-arn', policy.Arn];
    const others = policy.Versions.filter((v) => v.VersionId !== policy.DefaultVersionId);
    return [
      command('aws_same', policy.PolicyId, 'aws', 'iam', 'get-policy', ...named, '--query', 'Policy.PolicyId', '--output', 'text'),
      command('aws_unattached', policy.Arn),
      ...others.map((v) => gone('delete-policy-version', ...named, '--version-id', v.VersionId)),
      gone('delete-policy', ...named),
    ];
  },
  restore(item) {
    const policy = item.snapshot as PolicyState;
    const named = ['--policy-arn', policy.Arn];
    const [first, ...later] = policy.Versions;
    const description = policy.Description === '' ? null : policy.Description;
    // A policy that is made again counts its versions from v1.
    const position = policy.Versions.findIndex((v) => v.VersionId === policy.DefaultVersionId) + 1;
    return [
      make(
        isSame('Policy.[Path,Description]', [policy.Path, description]),
        ['get-policy', ...named],
        ['create-policy', ...json(policyCreation(policy, first?.Document ?? null))],
      ),
      ...later.map(({ Document }, i) =>
        make(
          isSame('PolicyVersion.Document', Document),
          ['get-policy-version', ...named, '--version-id', `v${i + 2}`],
          ['create-policy-version', ...json({ PolicyArn: policy.Arn, PolicyDocument: JSON.stringify(Document) })],
        ),
      ),
      iam('set-default-policy-version', ...named, '--version-id', `v${position}`),
    ];
  },
};
