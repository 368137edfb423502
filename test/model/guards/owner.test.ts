import { expect, test } from 'vitest';
import { deletedForGood, ownedByDeploymentStack, ownedByStack, ownedByStackSet, ownedByTerraform } from '../../../model/guards/owner.ts';

const ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/platform/1';
const DEPLOYMENT = '/subscriptions/a1/providers/Microsoft.Resources/deploymentStacks/mciem';

test.each([
  [
    'a CloudFormation stack',
    ownedByStack({ name: 'platform', id: ID, region: 'eu-west-1' }, 'holds more'),
    'OwnedByStack',
    `and holds more: its owner takes it out of the template and updates the stack, or deletes the stack with \`aws cloudformation delete-stack --stack-name ${ID} --region eu-west-1\``,
  ],
  [
    'a stack of which only the name is told',
    ownedByStack({ name: 'platform' }, 'its tags do not tell which one it is'),
    'OwnedByStack',
    '`aws cloudformation delete-stack --stack-name platform`',
  ],
  [
    'a stack set',
    ownedByStackSet({ set: 'members', account: '111122223333', region: 'eu-west-1' }),
    'OwnedByStackSet',
    'delete-stack-instances --stack-set-name members --accounts 111122223333 --regions eu-west-1 --no-retain-stacks',
  ],
  [
    'a stack set whose region is not told',
    ownedByStackSet({ set: 'members', account: '111122223333' }),
    'OwnedByStackSet',
    '--regions REGION',
  ],
  [
    'Terraform',
    ownedByTerraform({ team: 'cloud', ManagedBy: 'Terraform' }, 'aws_iam_role'),
    'OwnedByTerraform',
    'its tag ManagedBy=Terraform says that Terraform manages it, which would put it back: its owner finds the address with `terraform state list | grep aws_iam_role`',
  ],
  [
    'a deployment stack',
    ownedByDeploymentStack({ id: DEPLOYMENT, assignments: [], location: 'westeurope', deny: 'denyDelete' }),
    'OwnedByDeploymentStack',
    'its deny settings (denyDelete) let nobody else delete it: its owner takes it out of the Bicep template and runs `az stack sub create --subscription a1 --location westeurope --name mciem',
  ],
  [
    'a stack that would take it away for good',
    deletedForGood('mciem', ['a secret'], 'CloudFormation deletes it at once'),
    'DeletedForGood',
    'with the stack mciem a secret would go: CloudFormation deletes it at once; its owner writes DeletionPolicy: Retain',
  ],
])('what something else owns is held with its owner’s step: %s', (_what, hold, code, step) => {
  expect(hold).toEqual({ code, reason: expect.stringContaining(step) as string });
});

test.each<{ [tag: string]: string }>([
  { Terraform: 'true' },
  { terraform: '1' },
  { 'managed-by': 'terraform' },
  { provisioner: 'OpenTofu' },
  { IaC: 'terraform/modules/ciem' },
])('a tag that people make Terraform’s default is its mark: %o', (tags) => {
  expect(ownedByTerraform(tags, 'aws_iam_role')?.code).toBe('OwnedByTerraform');
});

test.each<{ [tag: string]: string }>([
  {},
  { Terraform: 'false' },
  { terraform: 'no' },
  { ManagedBy: 'CloudFormation' },
  { note: 'was terraform once' },
])('what only looks a little like it is not: %o', (tags) => {
  expect(ownedByTerraform(tags, 'aws_iam_role')).toBeUndefined();
});

test('an assignment that no deployment stack manages is free', () => {
  expect(ownedByDeploymentStack(undefined)).toBeUndefined();
});
