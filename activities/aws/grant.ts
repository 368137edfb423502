import type { Permission } from '../../model/permission.ts';
import type { AwsResource } from './wire/permissions.ts';

/** What a policy names; each is a placeholder where it is not known. */
export interface AwsNames {
  partition: string;
  tenant: string;
  /** The role that is assumed in each account, by name. */
  entryRole: string;
}

export const AWS_PLACEHOLDERS: AwsNames = { partition: 'aws', tenant: 'TENANT', entryRole: 'ENTRY_ROLE' };

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string;
  Condition?: object;
}

/** What a resource is called in a policy. Names cannot narrow it further, because operators could rename everything. */
export function arnsOf(on: AwsResource, { partition, tenant, entryRole }: AwsNames): string {
  const iam = (what: string) => `arn:${partition}:iam::*:${what}`;
  switch (on) {
    case 'worker':
      return iam(`role/${entryRole}`);
    case 'role':
    case 'policy':
    case 'instance-profile':
      return iam(`${on}/*`);
    case 'provider':
      return iam(`oidc-provider/sts.windows.net/${tenant}/`);
    case 'stack':
      return `arn:${partition}:cloudformation:*:*:stack/*/*`;
    case 'secret':
      return `arn:${partition}:secretsmanager:*:*:secret:*`;
    case 'account':
    case 'organization':
      return '*';
  }
}

/** On what a permission of a row is needed: a call may need another one on something else. */
export function resourceOf(permission: string, row: Permission): AwsResource {
  if (permission === 'iam:PassRole') return 'role';
  return permission === 'organizations:DescribeOrganization' ? 'organization' : (row.on as AwsResource);
}

/** A policy that allows what these rows need, or of it `only` some; with what no removal may do. */
export function awsPolicy(rows: readonly Permission[], names: AwsNames, only?: ReadonlySet<string>): object {
  const byResource = new Map<string, Set<string>>();
  for (const row of rows)
    for (const permission of row.needs) {
      if (only?.has(permission) === false) continue;
      const arns = arnsOf(resourceOf(permission, row), names);
      byResource.set(arns, (byResource.get(arns) ?? new Set()).add(permission));
    }
  const allowed = [...byResource].map(([Resource, actions]): Statement => ({ Effect: 'Allow', Action: [...actions].toSorted(), Resource }));
  return { Version: '2012-10-17', Statement: [...allowed, ...denials(allowed, names)] };
}

/** The worker never takes away the role it stands on, and no secret for good. */
function denials(allowed: readonly Statement[], names: AwsNames): Statement[] {
  const has = (action: string) => allowed.some((s) => s.Action.includes(action));
  const itself = ['iam:DeleteRole', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy'].filter(has);
  return [
    ...(itself.length > 0 ? [{ Effect: 'Deny' as const, Action: itself, Resource: arnsOf('worker', names) }] : []),
    ...(has('secretsmanager:DeleteSecret')
      ? [
          {
            Effect: 'Deny' as const,
            Action: ['secretsmanager:DeleteSecret'],
            Resource: '*',
            Condition: { Bool: { 'secretsmanager:ForceDeleteWithoutRecovery': 'true' } },
          },
        ]
      : []),
  ];
}
