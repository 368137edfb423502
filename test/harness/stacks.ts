import { MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate, TENANT, type TestEstate } from './estate.ts';

const PROVIDER_ARN = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/sts.windows.net/${TENANT}/`;
export const MEMBER_STACK = `arn:aws:cloudformation:us-east-1:${MEMBER_ACCOUNT}:stack/mciem-member/5f0b2a1e-0001-4222-8333-444455556666`;
export const OIDC_STACK = `arn:aws:cloudformation:us-east-1:${OIDC_ACCOUNT}:stack/mciem-oidc/5f0b2a1e-0002-4222-8333-444455556666`;
export const MEMBER_ROLE = `aws-role:arn:aws:iam::${MEMBER_ACCOUNT}:role/contoso-collect`;
export const OIDC_ROLE = `aws-role:arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-oidc`;
export const CLIENT_ID = `aws-oidc-client-id:${PROVIDER_ARN}#api://mciem-aws-oidc-app`;

/** Everything in AWS came from two stacks, as Microsoft's templates make it. */
export function stackEstate(more: object = {}): TestEstate {
  const small = smallEstate();
  const tag = (kind: string, account: string, stackId: string) => {
    const tags = { 'aws:cloudformation:stack-name': stackId.split('/')[1], 'aws:cloudformation:stack-id': stackId };
    for (const object of small.objects)
      if (object.ours && object.kind === kind && 'account' in object && object.account === account) Object.assign(object, { tags });
  };
  tag('aws-role', MEMBER_ACCOUNT, MEMBER_STACK);
  tag('aws-role', OIDC_ACCOUNT, OIDC_STACK);
  tag('aws-oidc-provider', OIDC_ACCOUNT, OIDC_STACK);
  const stack = (account: string, stackId: string, resources: [type: string, physicalId: string][], rest: object = {}) => ({
    kind: 'aws-cloudformation-stack' as const,
    ours: true,
    account,
    stackId,
    resources: resources.map(([type, physicalId]) => ({ type, physicalId })),
    ...rest,
  });
  small.objects.push(stack(MEMBER_ACCOUNT, MEMBER_STACK, [['AWS::IAM::Role', 'contoso-collect']], more));
  small.objects.push(
    stack(OIDC_ACCOUNT, OIDC_STACK, [
      ['AWS::IAM::Role', 'contoso-oidc'],
      ['AWS::IAM::OIDCProvider', PROVIDER_ARN],
    ]),
  );
  return small;
}
