import { bash } from '../../bash.ts';

/**
 * Bash functions of the AWS part of a generated script. They say what they do, take what is gone (or there) already for done, and fail at
 * anything else. `$aws_errors` is a file: what the CLI prints on stderr is no part of an answer.
 */
export const AWS_PRELUDE = bash`
# AWS: needs the AWS CLI, and credentials that may assume the role in each account.
export AWS_PAGER=''
aws_errors=$(mktemp)
aws_own_key=${'$'}{AWS_ACCESS_KEY_ID-} aws_own_secret=${'$'}{AWS_SECRET_ACCESS_KEY-} aws_own_token=${'$'}{AWS_SESSION_TOKEN-}

# aws_leave: every command after it runs with the credentials that the script was started with.
aws_leave() {
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  if [[ -n $aws_own_key ]]; then export AWS_ACCESS_KEY_ID=$aws_own_key AWS_SECRET_ACCESS_KEY=$aws_own_secret; fi
  if [[ -n $aws_own_token ]]; then export AWS_SESSION_TOKEN=$aws_own_token; fi
}

# aws_enter ACCOUNT ROLE [EXTERNAL-ID]: every command after it runs in that account. In one's own account that goes without a role, too.
aws_enter() {
  local partition=aws region session
  region=${'$'}{AWS_REGION:-${'$'}{AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
  case $region in cn-*) partition=aws-cn ;; us-gov-*) partition=aws-us-gov ;; esac
  aws_leave
  if ! session=$(aws sts assume-role --role-arn "arn:$partition:iam::$1:role/$2" --role-session-name mepm-offboard ${'$'}{3:+--external-id "$3"} \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text 2>"$aws_errors"); then
    if grep -q AccessDenied "$aws_errors" && [[ $(aws sts get-caller-identity --query Account --output text) == "$1" ]]; then
      echo "in account $1, which is one's own, without a role"
      return
    fi
    cat "$aws_errors" >&2
    return 1
  fi
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<<"$session"
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  echo "in account $1"
}

# aws_unless_gone COMMAND…: what is not there needs no removal.
aws_unless_gone() {
  echo "+ $*"
  "$@" 2>"$aws_errors" && return
  if grep -q NoSuchEntity "$aws_errors"; then echo '  already gone'; else
    cat "$aws_errors" >&2
    return 1
  fi
}

# aws_same ID COMMAND…: fails when the command answers another id: somebody took the name meanwhile.
aws_same() {
  local wanted=$1 id
  shift
  if id=$("$@" 2>"$aws_errors"); then
    if [[ $id != "$wanted" ]]; then
      echo "left as it is: $* gives $id, not $wanted" >&2
      return 1
    fi
  elif ! grep -q NoSuchEntity "$aws_errors"; then
    cat "$aws_errors" >&2
    return 1
  fi
}

# aws_make QUERY READ… -- MAKE…: makes what is not there. What is there must be just that: the query over it is true.
aws_make() {
  local query=$1 there try
  shift
  local -a look=()
  while [[ $1 != -- ]]; do
    look+=("$1")
    shift
  done
  shift
  if there=$("${'$'}{look[@]}" --query "$query" --output json 2>"$aws_errors"); then
    if [[ $there == true ]]; then echo "already there: ${'$'}{look[*]}"; else
      echo "left as it is: something else has the name, see ${'$'}{look[*]}" >&2
      return 1
    fi
    return
  fi
  if ! grep -q NoSuchEntity "$aws_errors"; then
    cat "$aws_errors" >&2
    return 1
  fi
  echo "+ $*"
  # IAM takes some seconds to know a role that was just made, and refuses trust in it until then.
  for try in 1 2 4 8 16; do
    "$@" >/dev/null 2>"$aws_errors" && return
    grep -qi 'invalid principal' "$aws_errors" || break
    sleep "$try"
  done
  cat "$aws_errors" >&2
  return 1
}
`;
