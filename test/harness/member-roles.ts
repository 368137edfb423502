import type { EstateObject } from '../../sandbox/objects.ts';
import { MEMBER_ACCOUNT, OIDC_ROLE_ARN, type TestEstate } from './estate.ts';

type Role = Extract<EstateObject, { kind: 'aws-role' }>;

/** Estate object of a member role that trusts the OIDC role, as onboarding made them. */
export function memberRole(name: string, more: Partial<Role> = {}): TestEstate['objects'][number] {
  return { kind: 'aws-role', ours: true, account: MEMBER_ACCOUNT, name, trust: trusting(OIDC_ROLE_ARN), ...more };
}

export function trusting(arn: string, more: object = {}): Role['trust'] {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole', ...more }],
  };
}

/** ARN of a role in the member account; `path` begins and ends with a slash. */
export function memberArn(name: string, path = '/'): string {
  return `arn:aws:iam::${MEMBER_ACCOUNT}:role${path}${name}`;
}

/** Item id of a member role. */
export function memberItem(name: string): string {
  return `aws-role:${memberArn(name)}`;
}
