import type { Need } from './permissions.ts';

/** Needs no permission (STS API reference, GetCallerIdentity). */
const FREE = ['sts:GetCallerIdentity'];

/** What making something with tags needs besides, by the action. Source: Service Authorization Reference, IAM. */
const WITH_TAGS: Record<string, string> = {
  'iam:CreateRole': 'iam:TagRole',
  'iam:CreatePolicy': 'iam:TagPolicy',
  'iam:CreateOpenIDConnectProvider': 'iam:TagOpenIDConnectProvider',
};

/** What an action of AWS needs: as a rule the permission of its name. */
export function awsNeed(service: string, action: string, parameters = new URLSearchParams()): Need {
  const call = `${service}:${action}`;
  const withTags = WITH_TAGS[call];
  const besides = [
    ...(withTags !== undefined && parameters.has('Tags.member.1.Key') ? [withTags] : []),
    ...(call === 'iam:AddRoleToInstanceProfile' || parameters.has('RoleARN') ? ['iam:PassRole'] : []),
  ];
  return { call, all: FREE.includes(call) ? [] : [call, ...besides].map((p) => [p]) };
}
