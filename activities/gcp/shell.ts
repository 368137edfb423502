import { scriptOf } from '../../model/shell.ts';
import { bash } from '../bash.ts';
import { GCP_KINDS } from './kinds/index.ts';

/** Functions that the `gcloud` commands of a script need, in bash. They return 1 where the script must end. */
export const GCP_FUNCTIONS = bash`
# gcp_show COMMAND…: its answer, or NOT_FOUND where that is what Google says. Every other failure ends the script.
gcp_show() {
  local complaint
  { complaint=$("$@" 2>&1 1>&3); } 3>&1 && return
  if [[ $complaint == *NOT_FOUND* ]]; then echo NOT_FOUND; else printf '%s\n' "$complaint" >&2; return 1; fi
}
# gcp_once COMMAND…: a removal that may have been done before. What gcloud said stays in gcp_said.
gcp_said=''
gcp_once() {
  local status=0
  gcp_said=$("$@" 2>&1) || status=$?
  printf '%s\n' "$gcp_said"
  [[ $status -eq 0 || $gcp_said =~ binding\ with\ the\ specified\ .*not\ found || $gcp_said == *NOT_FOUND* ]]
}
# gcp_account PROJECT FILTER: the unique id of a service account, or NOT_FOUND. Listed, since describe asks for it without its project,
# which Google answers with 403 where there is none.
gcp_account() {
  local found
  found=$(gcloud iam service-accounts list "--project=$1" "--filter=$2" '--format=value(uniqueId)') || return
  echo "${'$'}{found:-NOT_FOUND}"
}
# gcp_unless_gone PROJECT FILTER COMMAND…: a call about a service account, which Google refuses with 403 also where there is none. One that is
# missing in two lists of its project, some seconds apart, is gone; a list may show it for some seconds after its deletion.
gcp_unless_gone() {
  local project=$1 filter=$2 said status=0 missing=0 look
  shift 2
  said=$("$@" 2>&1) || status=$?
  if [[ $status -eq 0 ]]; then printf '%s\n' "$said"; return; fi
  if [[ $said == *PERMISSION_DENIED* ]]; then
    for look in 1 2 3 4; do
      if [[ $(gcp_account "$project" "$filter") == NOT_FOUND ]]; then missing=$((missing + 1)); else missing=0; fi
      if [[ $missing -eq 2 ]]; then echo "gone already: $filter"; return; fi
      if [[ $look -lt 4 ]]; then sleep "$((look * ${'$'}{GCP_SETTLE:-2}))"; fi
    done
  fi
  printf '%s\n' "$said" >&2
  return 1
}
# gcp_patiently COMMAND…: a grant. Policies learn late of an account that was undeleted or made, and refuse it until then.
gcp_patiently() {
  local said status look
  for look in 1 2 3 4 5; do
    status=0
    said=$("$@" 2>&1) || status=$?
    if [[ $status -eq 0 || ! ( $said == *Inconsistent\ representation\ of\ deleted\ member* || $said == *does\ not\ exist* ) ]]; then break; fi
    if [[ $look -lt 5 ]]; then sleep "$((look * ${'$'}{GCP_SETTLE:-2}))"; fi
  done
  if [[ $status -eq 0 ]]; then printf '%s\n' "$said"; else printf '%s\n' "$said" >&2; fi
  return "$status"
}
# The accounts that the script made in another's place, each with its unique id.
gcp_made=''
# gcp_demand ADDRESS ID PROJECT [made]: the account must be the very one that is meant or, where it says so, the one made in its place.
gcp_demand() {
  local there
  there=$(gcp_account "$3" "email=\"$1\"")
  if [[ -n ${'$'}{4-} && $gcp_made == *" $1=$there "* ]]; then return; fi
  if [[ $there != "$2" ]]; then echo "service account $1 has the unique id $there, not $2: nothing is given to it" >&2; return 1; fi
}
`;

/** Google Cloud in `gcloud`. Every name carries its project, so nothing depends on the configuration that is active. */
export const gcpScript = scriptOf({ prelude: () => GCP_FUNCTIONS, enter: () => [] }, GCP_KINDS);
