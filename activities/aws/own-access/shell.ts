import { nativeId } from '../../../model/names.ts';
import { command, type OwnAccessScript } from '../../../model/shell.ts';
import { removeRole, type RoleToRemove } from '../kinds/role/shell.ts';
import { AWS_PRELUDE } from '../shell/prelude.ts';

/**
 * Whoever deletes the role that a session is in loses the session half way; so the accounts are entered with another role, which is
 * demanded when it is needed, and the account the script is started in with no role at all.
 */
const ENTER = String.raw`
aws_self=$(aws sts get-caller-identity --query '[Account,Arn]' --output text)

# aws_enter_otherwise ACCOUNT ROLE: into the account, in any way but with that role.
aws_enter_otherwise() {
  if [[ $aws_self == "$1"[[:space:]]* ]]; then
    if [[ $aws_self == *":assumed-role/$2/"* ]]; then
      echo "you are signed in with $2 itself; run this as somebody else" >&2
      return 1
    fi
    aws_leave
    echo "in account $1"
    return
  fi
  local admin=${'${AWS_ADMIN_ROLE:?name the role that lets you into each account, such as OrganizationAccountAccessRole}'}
  if [[ $admin == "$2" ]]; then
    echo "AWS_ADMIN_ROLE is $2 itself, which is to be deleted; name another" >&2
    return 1
  fi
  aws_enter "$1" "$admin"
}`;

/** The role in each account, with its policies. */
export const awsOwnAccess: OwnAccessScript = {
  prelude: () => [...AWS_PRELUDE, ...ENTER.split('\n')],
  take(grant) {
    const role = grant.definition as unknown as RoleToRemove;
    return [command('aws_enter_otherwise', nativeId(grant.system), role.RoleName), ...removeRole(role)];
  },
  identity: (arn) => `${arn}, in its own account: what lets it assume the role is a policy there, and its access keys are there, too`,
};
