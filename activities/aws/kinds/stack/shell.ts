import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import { regionOf } from '../../footprint/stack-mark.ts';
import { stackCreation } from '../../wire/creations.ts';
import { whyNoStack, type PlannedStack } from './definition.ts';

/** Makes a stack that is not there, and waits for it. What has its name must be made of the very same template. */
const prelude = bash`
# aws_make_stack NAME REGION QUERY CALL: what has the name must be just that, the query over it is true; else the call (JSON) makes it.
aws_make_stack() {
  local there
  if there=$(aws cloudformation get-template --stack-name "$1" --region "$2" --template-stage Original \
    --query "$3" --output json 2>"$aws_errors"); then
    if [[ $there == true ]]; then echo "already there: stack $1"; else
      echo "left as it is: the stack $1 is made of another template" >&2
      return 1
    fi
    return
  fi
  if ! grep -q 'does not exist' "$aws_errors"; then
    cat "$aws_errors" >&2
    return 1
  fi
  echo "+ aws cloudformation create-stack --stack-name $1 --region $2"
  aws cloudformation create-stack --region "$2" --cli-input-json "$4" >/dev/null || return
  aws cloudformation wait stack-create-complete --stack-name "$1" --region "$2" && return
  echo "see aws cloudformation describe-stack-events --stack-name $1 --region $2" >&2
  return 1
}
`;

export const shell: KindShell = {
  prelude,

  remove(item) {
    const { StackId } = item.snapshot as PlannedStack;
    const words = ['--stack-name', StackId, '--region', regionOf(StackId) ?? ''];
    return [
      command('aws', 'cloudformation', 'delete-stack', ...words),
      command('aws', 'cloudformation', 'wait', 'stack-delete-complete', ...words),
    ];
  },
  restore(item) {
    const stack = item.snapshot as PlannedStack;
    const { StackId, StackName, Definition } = stack;
    const why = whyNoStack(stack);
    if (why !== undefined || 'Unknown' in Definition) return [`# not made again: ${(why ?? '').replaceAll(/[\r\n]/g, ' ')}`];
    return [
      command(
        'aws_make_stack',
        StackName,
        regionOf(StackId) ?? '',
        isTemplate(Definition.Template),
        JSON.stringify(stackCreation(StackName, Definition)),
      ),
    ];
  },
};

/** JMESPath. The CLI shows a template in JSON as a value, any other as text. A backtick would end the literal. */
function isTemplate(text: string): string {
  return `TemplateBody == \`${JSON.stringify(parsed(text)).replaceAll('`', '\\`')}\``;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
