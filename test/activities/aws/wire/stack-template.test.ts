import { expect, test } from 'vitest';
import { retainedBy } from '../../../../activities/aws/wire/stack-template.ts';

const YAML = `
Parameters: { Name: { Type: String } }
Resources:
  Zoo:
    Type: AWS::SecretsManager::Secret
    DeletionPolicy: Retain
    Properties: { Name: !Sub 'okta-\${Name}', Tags: [{ Key: a, Value: !Ref Name }] }
  Ape: { Type: 'AWS::SecretsManager::Secret', DeletionPolicy: RetainExceptOnCreate }
  Bee: { Type: 'AWS::SecretsManager::Secret', DeletionPolicy: Delete }
  Cow: { Type: 'AWS::SecretsManager::Secret', UpdateReplacePolicy: Retain }
`;

test.each([
  ['YAML with CloudFormation’s own tags', YAML, ['Ape', 'Zoo']],
  ['JSON', JSON.stringify({ Resources: { A: { Type: 'x', DeletionPolicy: 'Retain' }, B: { Type: 'x' } } }), ['A']],
  ['an expression in place of the word', 'Resources: { A: { Type: x, DeletionPolicy: !If [Keep, Retain, Delete] } }', []],
  ['no resources', '{}', []],
  ['what is no template', 'Resources: [', []],
  ['nothing', '', []],
])('what %s retains when its stack is deleted', (_name, template, retained) => {
  expect(retainedBy(template)).toEqual(retained);
});
