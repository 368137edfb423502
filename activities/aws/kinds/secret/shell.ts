import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import type { SecretState } from './definition.ts';

const prelude = bash`
# aws_secret_state ARN: prints there, deleted (kept for its recovery window) or gone.
aws_secret_state() {
  local deleted
  if deleted=$(aws secretsmanager describe-secret --region "$(cut -d: -f4 <<<"$1")" --secret-id "$1" --query DeletedDate --output text 2>"$aws_errors"); then
    if [[ $deleted == None ]]; then echo there; else echo deleted; fi
  elif grep -q ResourceNotFoundException "$aws_errors"; then echo gone; else
    cat "$aws_errors" >&2
    return 1
  fi
}

# aws_delete_secret ARN: with the longest recovery window, never at once.
aws_delete_secret() {
  local state
  state=$(aws_secret_state "$1") || return
  if [[ $state != there ]]; then
    echo "gone already: $1"
    return
  fi
  echo "+ aws secretsmanager delete-secret --secret-id $1 --recovery-window-in-days 30"
  aws secretsmanager delete-secret --region "$(cut -d: -f4 <<<"$1")" --secret-id "$1" --recovery-window-in-days 30 >/dev/null
}

# aws_restore_secret ARN
aws_restore_secret() {
  local state
  state=$(aws_secret_state "$1") || return
  case $state in
    there) echo "already there: $1" ;;
    gone)
      echo "Secrets Manager keeps nothing of $1 any more" >&2
      return 1
      ;;
    *)
      echo "+ aws secretsmanager restore-secret --secret-id $1"
      aws secretsmanager restore-secret --region "$(cut -d: -f4 <<<"$1")" --secret-id "$1" >/dev/null
      ;;
  esac
}
`;

export const shell: KindShell = {
  prelude,
  remove: (item) => [command('aws_delete_secret', (item.snapshot as SecretState).Arn)],
  restore: (item) => [command('aws_restore_secret', (item.snapshot as SecretState).Arn)],
};
