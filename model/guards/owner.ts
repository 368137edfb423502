import type { DeploymentStackMark, Hold } from '../finding.ts';
import { command } from '../shell.ts';

/** The guards of what something else made and would put back, each with the step that its owner takes. */

/** A CloudFormation stack. */
export interface OwningStack {
  name: string;
  /** ARN; absent when only the name is told. */
  id?: string;
  region?: string;
}

/** A CloudFormation stack that is not wholly ours; `why`: what keeps it from going as a whole. */
export function ownedByStack({ name, id, region }: OwningStack, why: string): Hold {
  const words = ['aws', 'cloudformation', 'delete-stack', '--stack-name', id ?? name, ...(region ? ['--region', region] : [])];
  return {
    code: 'OwnedByStack',
    reason:
      `the CloudFormation stack ${name} owns it and ${why}: its owner takes it out of the template and updates the stack, or deletes ` +
      `the stack with \`${command(...words)}\`; then amend the plan`,
  };
}

/** A stack that would take things away for good; `what` CloudFormation does to them that a removal of ours would not. */
export function deletedForGood(stack: string, things: readonly string[], what: string): Hold {
  return {
    code: 'DeletedForGood',
    reason:
      `with the stack ${stack} ${things.join(', ')} would go: ${what}; its owner writes DeletionPolicy: Retain for it into the template and ` +
      'updates the stack; then amend the plan',
  };
}

/** A CloudFormation stack set that put a stack into the account. */
export function ownedByStackSet({ set, account, region = 'REGION' }: { set: string; account: string; region?: string }): Hold {
  const words = ['aws', 'cloudformation', 'delete-stack-instances', '--stack-set-name', set, '--accounts', account, '--regions', region];
  return {
    code: 'OwnedByStackSet',
    reason:
      `the CloudFormation stack set ${set} put it there and would again: in the stack set's own account its owner runs ` +
      `\`${command(...words, '--no-retain-stacks')}\` (for a set that follows the organisation, \`--deployment-targets Accounts=${account}\` ` +
      'in place of `--accounts`); then amend the plan',
  };
}

/** Terraform leaves no mark of its own: these are the tags that people make its `default_tags` of. */
const MANAGED_BY = /^(?:managed|created|provisioned)[-_ ]?by$|^(?:provisioner|iac|tool)$/i;

/** Terraform or OpenTofu, as tags or labels tell; `type`: what Terraform calls a thing of this kind. */
export function ownedByTerraform(tags: { [key: string]: string }, type: string): Hold | undefined {
  const [key, value] = Object.entries(tags).find(([k, v]) => isTerraform(k, v)) ?? [];
  if (key === undefined) return undefined;
  return {
    code: 'OwnedByTerraform',
    reason:
      `its tag ${key}=${value} says that Terraform manages it, which would put it back: its owner finds the address with ` +
      `\`terraform state list | grep ${type}\`, takes it out of the configuration and applies that, or runs ` +
      '`terraform destroy -target=ADDRESS`; then amend the plan',
  };
}

function isTerraform(key: string, value: string): boolean {
  if (/^terraform$/i.test(key)) return !/^(?:false|no|0)$/i.test(value);
  return MANAGED_BY.test(key) && /terraform|opentofu/i.test(value);
}

/** An Azure deployment stack: the Bicep template behind it. */
export function ownedByDeploymentStack(stack: DeploymentStackMark | undefined): Hold | undefined {
  if (!stack) return undefined;
  const denied = stack.deny === undefined ? '' : `, and its deny settings (${stack.deny}) let nobody else delete it`;
  return {
    code: 'OwnedByDeploymentStack',
    reason:
      `the deployment stack ${stack.id} owns it and would put it back${denied}: its owner takes it out of the Bicep template and runs ` +
      `\`${letGo(stack)}\`, which lets go of it; then amend the plan`,
  };
}

function letGo({ id, location, deny }: DeploymentStackMark): string {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const [, subscription, resourceGroup] = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\//i.exec(id) ?? [];
  const managementGroup = /\/managementGroups\/([^/]+)\//i.exec(id)?.[1] ?? '';
  const at = ['--location', location ?? 'LOCATION'];
  const where = resourceGroup
    ? ['group', 'create', '--subscription', subscription ?? '', '--resource-group', resourceGroup]
    : subscription
      ? ['sub', 'create', '--subscription', subscription, ...at]
      : ['mg', 'create', '--management-group-id', managementGroup, ...at];
  const rest = ['--template-file', 'main.bicep', '--action-on-unmanage', 'detachAll', '--deny-settings-mode', deny ?? 'none'];
  return command('az', 'stack', ...where, '--name', name, ...rest);
}
