import type { Hold } from '../../../model/finding.ts';
import { command } from '../../../model/shell.ts';
import type { Tags } from '../snapshot.ts';

/** The CloudFormation stack that a resource's tags name; `set` when a stack set put the stack into the account. */
export interface StackMark {
  name: string;
  /** ARN; absent when only the name is told. */
  id?: string;
  set?: string;
}

/** Terraform leaves no mark of its own: these are the tags that people make its `default_tags` of. */
const MANAGED_BY = /^(?:managed|created|provisioned)[-_ ]?by$|^(?:provisioner|iac|tool)$/i;

/** Pure: what CloudFormation's own tags say. */
export function stackMark(tags: Tags): StackMark | undefined {
  const name = tags['aws:cloudformation:stack-name'];
  if (!name) return undefined;
  const id = tags['aws:cloudformation:stack-id'];
  // A stack set calls the stacks it makes StackSet-<its name>-<uuid>.
  const set = /^StackSet-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.exec(name)?.[1];
  return { name, ...(id ? { id } : {}), ...(set === undefined ? {} : { set }) };
}

/** Pure: the region in a stack's ARN. */
export function regionOf(stackId: string): string | undefined {
  return /^arn:[\w-]+:cloudformation:([\w-]+):/.exec(stackId)?.[1];
}

/** Pure: the name in a stack's ARN. */
export function stackName(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}

/** Pure: the guard of a resource that a stack set or Terraform would put back, with the step its owner takes. */
export function ownerHold(account: string, tags: Tags, terraformType: string): Hold | undefined {
  const mark = stackMark(tags);
  if (mark?.set !== undefined) return ownedByStackSet(account, mark, mark.set);
  const [key, value] = Object.entries(tags).find(([k, v]) => isTerraform(k, v)) ?? [];
  if (key === undefined) return undefined;
  return {
    code: 'OwnedByTerraform',
    reason:
      `its tag ${key}=${value} says that Terraform manages it, which would put it back: its owner finds the address with ` +
      `\`terraform state list | grep ${terraformType}\`, takes it out of the configuration and applies that, or runs ` +
      '`terraform destroy -target=ADDRESS`; then amend the plan',
  };
}

/** Pure: the guard of a resource of a stack that is not wholly ours. */
export function stackHold(mark: StackMark, why: string): Hold {
  const region = mark.id === undefined ? undefined : regionOf(mark.id);
  const words = ['aws', 'cloudformation', 'delete-stack', '--stack-name', mark.id ?? mark.name, ...(region ? ['--region', region] : [])];
  return {
    code: 'OwnedByStack',
    reason:
      `the CloudFormation stack ${mark.name} owns it and ${why}: its owner takes it out of the template and updates the stack, or deletes ` +
      `the stack with \`${command(...words)}\`; then amend the plan`,
  };
}

function ownedByStackSet(account: string, mark: StackMark, set: string): Hold {
  const region = (mark.id === undefined ? undefined : regionOf(mark.id)) ?? 'REGION';
  const words = ['aws', 'cloudformation', 'delete-stack-instances', '--stack-set-name', set, '--accounts', account, '--regions', region];
  return {
    code: 'OwnedByStackSet',
    reason:
      `the CloudFormation stack set ${set} put it there and would again: in the stack set's own account its owner runs ` +
      `\`${command(...words, '--no-retain-stacks')}\` (for a set that follows the organisation, \`--deployment-targets Accounts=${account}\` ` +
      'in place of `--accounts`); then amend the plan',
  };
}

function isTerraform(key: string, value: string): boolean {
  if (/^terraform$/i.test(key)) return !/^(?:false|no|0)$/i.test(value);
  return MANAGED_BY.test(key) && /terraform|opentofu/i.test(value);
}
