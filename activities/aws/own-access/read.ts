import type { OwnAccess, OwnGrant } from '../../../model/own-access.ts';
import type { SystemId } from '../../../model/names.ts';
import type { ReadContext } from '../../cloud.ts';
import type { AwsAccountApi } from '../wire/account.ts';
import { roleOfCaller } from '../footprint/ourselves.ts';
import { readRole } from '../kinds/role/read.ts';
import type { RoleToRemove } from '../kinds/role/shell.ts';
import type { AwsSnapshot, RoleState } from '../snapshot.ts';

/** Roles that AWS Organizations, Control Tower and IAM Identity Center make, and whose work goes on after this job. */
const STANDING = /^(?:OrganizationAccountAccessRole|AWSControlTower\w*|AWSReservedSSO_.+|AWSServiceRoleFor.+|stacksets-exec-.+)$/;

/**
 * The role the worker assumes in one account, with its policies by name, and what can be said of the principal that assumes it. The
 * principal's own policies lie in its own account, and are read only where that is this one.
 */
export async function ownAccessToAccount(
  api: AwsAccountApi,
  _system: SystemId,
  _context: ReadContext,
  read?: Pick<AwsSnapshot, 'roles'>,
): Promise<OwnAccess> {
  const [caller, worker] = [await api.caller(), await api.worker()];
  const access: OwnAccess = { identities: [{ cloud: 'aws', id: worker.arn }], grants: [], unknown: [] };
  const entered = roleOfCaller(caller);
  const signedInAs = roleOfCaller(worker);
  for (const own of [entered, signedInAs]) {
    if (own?.account !== api.account || access.grants.some((g) => nameOf(g) === own.name)) continue;
    const role = read?.roles.find((r) => r.RoleName === own.name) ?? (await readRole(api, own.name));
    const isPrincipal = own === signedInAs;
    if (role) access.grants.push(grantOf(api.account, role, worker.arn, isPrincipal));
    else access.unknown.push({ system: `aws:${api.account}`, reason: `the role ${own.name} that the worker is in cannot be found there` });
  }
  if (signedInAs?.account !== api.account) {
    const reason = `what ${worker.arn} may do is written in its own account, where nothing was read`;
    access.unknown.push({ system: `aws:${worker.account}`, reason });
  }
  return access;
}

function grantOf(account: string, role: RoleState, holder: string, isPrincipal: boolean): OwnGrant {
  const inline = Object.keys(role.InlinePolicies);
  const policies = [...role.AttachedPolicies, ...inline.map((name) => `${name} (inline)`)];
  const { RoleName, RoleId, AttachedPolicies, InstanceProfiles } = role;
  const definition: RoleToRemove = { RoleName, RoleId, AttachedPolicies, InlinePolicies: inline, InstanceProfiles };
  const doubt = isPrincipal
    ? 'the worker itself signs in as this role'
    : STANDING.test(role.RoleName) || role.Path.startsWith('/aws-')
      ? 'a role of this name is made by AWS, and others enter the account with it'
      : undefined;
  return {
    kind: 'aws-role',
    system: `aws:${account}`,
    id: role.Arn,
    holder,
    title: `role ${role.RoleName} in account ${account}: ${policies.length === 0 ? 'no policies' : policies.join(', ')}`,
    ...(doubt === undefined ? {} : { doubt }),
    definition: { ...definition },
  };
}

function nameOf({ definition }: OwnGrant): string {
  return (definition as unknown as RoleToRemove).RoleName;
}
