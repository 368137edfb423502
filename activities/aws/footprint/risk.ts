import type { Json } from '../../../model/finding.ts';
import { RISKS, type Risk } from '../../../model/names.ts';
import type { AwsSnapshot, RoleState } from '../snapshot.ts';
import { nameInArn } from './ids.ts';
import { allowing, field, matchesAction, strings } from './trust.ts';

/** Actions that give whoever holds them any right they like (onboarding's controller: attach, put, create and delete policies on `*`). */
const TAKEOVER = [
  'iam:AttachRolePolicy',
  'iam:AttachUserPolicy',
  'iam:AttachGroupPolicy',
  'iam:PutRolePolicy',
  'iam:PutUserPolicy',
  'iam:PutGroupPolicy',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:UpdateAssumeRolePolicy',
  'iam:CreateAccessKey',
  'iam:CreateLoginProfile',
];
const READING = /^[a-z0-9-]+:(?:get|list|describe|lookup|batchget|read|view|search|simulate|generate|query|select|check|test)/i;
/** Assuming a role gives nothing by itself: the assumed role's own rights count. */
const PLUMBING = /^sts:/i;

/** Pure: the worst that a policy document allows. */
export function riskOfDocument(document: Json): Risk {
  return worst(
    allowing(document).flatMap((s) => (field(s, 'NotAction') === undefined ? strings(field(s, 'Action')).map(riskOfAction) : ['takeover'])),
  );
}

/** Pure: the worst that a role may do by its managed and inline policies. */
export function riskOfRole(role: RoleState, snapshot: Pick<AwsSnapshot, 'policies'>): Risk {
  const managed = role.AttachedPolicies.map((arn) => {
    const own = snapshot.policies.find((p) => p.state.Arn === arn);
    return own ? worst(own.state.Versions.map((v) => riskOfDocument(v.Document))) : riskOfAwsPolicy(nameInArn(arn));
  });
  return worst([...managed, ...Object.values(role.InlinePolicies).map(riskOfDocument)]);
}

export function worst(risks: Risk[]): Risk {
  return RISKS.find((r) => risks.includes(r)) ?? 'none';
}

function riskOfAction(action: string): Risk {
  if (TAKEOVER.some((t) => matchesAction(action, t))) return 'takeover';
  if (PLUMBING.test(action)) return 'none';
  return READING.test(action) ? 'read' : 'write';
}

/** AWS's own policies are not read; what their names don't show to be reading counts as writing. */
function riskOfAwsPolicy(name: string): Risk {
  if (/^(AdministratorAccess|IAMFullAccess)/.test(name)) return 'takeover';
  return /ReadOnly|ViewOnly|Audit|^AWSConfigRole/.test(name) ? 'read' : 'write';
}
