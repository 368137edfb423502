import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import { gone, isSame, json, make } from '../../shell/cli.ts';
import { providerCreation } from '../../wire/creations.ts';
import type { ClientIdState } from './definition.ts';

const prelude = bash`
# aws_untrusted PROVIDER AUDIENCE ROLE=ID…: fails while a role but those named trusts the provider (for the audience, where one is given).
aws_untrusted() {
  local provider=$1 audience=$2 excused roles name id staying=''
  shift 2
  excused=" $* "
  roles=$(aws iam list-roles --output text --query "Roles[?contains(to_string(AssumeRolePolicyDocument), '$provider') \
    && contains(to_string(AssumeRolePolicyDocument), '$audience')].[RoleName,RoleId]") || return
  while read -r name id; do
    if [[ -z $name || $excused == *" $name=$id "* ]]; then continue; fi
    if aws iam get-role "--role-name=$name" >/dev/null 2>"$aws_errors"; then staying+=" $name"
    elif ! grep -q NoSuchEntity "$aws_errors"; then
      cat "$aws_errors" >&2
      return 1
    fi
  done <<<"$roles"
  if [[ -n $staying ]]; then
    echo "$provider is still trusted by$staying" >&2
    return 1
  fi
}

# aws_remove_last_client_id PROVIDER CLIENT: the provider goes with its last client id.
aws_remove_last_client_id() {
  local clients
  if ! clients=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$1" --query ClientIDList --output text 2>"$aws_errors"); then
    grep -q NoSuchEntity "$aws_errors" && return
    cat "$aws_errors" >&2
    return 1
  fi
  if [[ $clients == "$2" ]]; then aws_unless_gone aws iam delete-open-id-connect-provider --open-id-connect-provider-arn "$1"
  else aws_unless_gone aws iam remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn "$1" --client-id "$2"; fi
}

# aws_add_client_id PROVIDER CLIENT
aws_add_client_id() {
  local clients
  clients=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$1" --query ClientIDList --output text) || return
  if [[ $'\t'$clients$'\t' == *$'\t'$2$'\t'* ]]; then return; fi
  echo "+ aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn $1 --client-id $2"
  aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "$1" --client-id "$2"
}
`;

export const shell: KindShell = {
  prelude,
  remove(item) {
    const state = item.snapshot as ClientIdState;
    const excused = item.override === undefined ? [] : Object.entries(state.TrustedBy).map(([name, id]) => `${name}=${id}`);
    const audience = state.Mode === 'provider' ? '' : state.ClientId;
    const provider = ['--open-id-connect-provider-arn', state.ProviderArn];
    return [
      command('aws_untrusted', state.ProviderArn, audience, ...excused),
      state.Mode === 'provider'
        ? command('aws_remove_last_client_id', state.ProviderArn, state.ClientId)
        : gone('remove-client-id-from-open-id-connect-provider', ...provider, '--client-id', state.ClientId),
    ];
  },
  restore(item) {
    const state = item.snapshot as ClientIdState;
    const provider = ['--open-id-connect-provider-arn', state.ProviderArn];
    const same = isSame('sort(ThumbprintList)', state.Thumbprints);
    return [
      ...(state.Mode === 'provider'
        ? [
            make(
              same,
              ['get-open-id-connect-provider', ...provider],
              ['create-open-id-connect-provider', ...json(providerCreation({ ...state, ClientIds: [state.ClientId] }))],
            ),
          ]
        : []),
      command('aws_add_client_id', state.ProviderArn, state.ClientId),
    ];
  },
};
